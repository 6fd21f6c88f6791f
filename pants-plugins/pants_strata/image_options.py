"""This module has the options of `[strata]` for the bytecode in images and for the layouts in `dist/`."""

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

    keep_unchanged = BoolOption(
        default=True,
        help=softwrap(
            """
            Whether `package` leaves alone what lies in `dist/` as it wrote it, where it would write the same again: it
            then says `Kept` rather than `Wrote`. It compares what the system says of each file (size, times, number)
            with what it said when that was written, since Pants' daemon started, and reads none. It writes anew where a
            file is missing, changed or new; where another goal runs, too; and where another target may take the
            package into its own, as `docker_image` and `archive` do. Turn it off where a plugin takes packages of
            targets that are none of its own target's dependencies.
            """
        ),
    )

    def wheels_bytecode(self, bytecode: Optional[bool] = None, test_bytecode: Optional[bool] = None) -> Bytecode:
        """Return which modules of wheels get bytecode, where fields may come before these options."""
        if not (self.bytecode if bytecode is None else bytecode):
            return "none"
        return "all" if (self.test_bytecode if test_bytecode is None else test_bytecode) else "without tests"
