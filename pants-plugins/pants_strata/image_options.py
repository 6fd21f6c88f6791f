"""This module has the options of `[strata]` for the bytecode in images and for the blobs of their layouts."""

from __future__ import annotations

from typing import Optional

from pants.option.option_types import BoolOption
from pants.util.strutil import softwrap

from strata.protocol.dependencies_layer import Bytecode


class ImageOptions:
    """The part of the subsystem with these options."""

    bytecode = BoolOption(
        default=True,
        help="Whether images hold the bytecode of dependencies and apps, so that a start does not compile them.",
    )
    test_bytecode = BoolOption(
        default=False,
        help=softwrap(
            """
            Whether the bytecode of dependencies includes that of their tests: the modules of wheels that lie in a
            directory `tests`, at any depth. Their sources are in images in any case, and are compiled when something
            imports them. By default it is left out, since nothing imports it in production, and layers of scientific
            packages are smaller and sooner made.
            """
        ),
    )

    share_blobs = BoolOption(
        default=False,
        help=softwrap(
            """
            Whether the layouts that `package` writes share their blobs, in `dist/.strata/blobs`: each has a link to
            that folder. Of many images with the same dependencies it then writes a fraction of the bytes. Such a layout
            is of use in `dist/` alone. Remove the folder when it has too many blobs of former images. By default each
            layout has all of its blobs.
            """
        ),
    )

    def wheels_bytecode(self, bytecode: Optional[bool] = None, test_bytecode: Optional[bool] = None) -> Bytecode:
        """Return which modules of wheels get bytecode, where fields may come before these options."""
        if not (self.bytecode if bytecode is None else bytecode):
            return "none"
        return "all" if (self.test_bytecode if test_bytecode is None else test_bytecode) else "without tests"
