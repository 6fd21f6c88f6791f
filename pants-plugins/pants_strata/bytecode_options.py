"""This module has the options of `[strata]` that say which modules have bytecode in images."""

from __future__ import annotations

from typing import Optional

from pants.option.option_types import BoolOption
from pants.util.strutil import softwrap

from strata.protocol.dependencies_layer import Bytecode


class BytecodeOptions:
    """The part of the subsystem with these options."""

    bytecode = BoolOption(
        default=True,
        help="Whether images hold the bytecode of dependencies and apps, so that a start does not compile them.",
    )
    test_bytecode = BoolOption(
        default=True,
        help=softwrap(
            """
            Whether the bytecode of dependencies includes that of their tests: the modules of wheels that lie in a
            directory `tests` or `testing`, at any depth. Their sources are in images in any case, and are compiled when
            something imports them. Without it, layers of scientific packages are smaller and sooner made.
            """
        ),
    )

    def wheels_bytecode(self, bytecode: Optional[bool] = None, test_bytecode: Optional[bool] = None) -> Bytecode:
        """Return which modules of wheels get bytecode, where fields may come before these options."""
        if not (self.bytecode if bytecode is None else bytecode):
            return "none"
        return "all" if (self.test_bytecode if test_bytecode is None else test_bytecode) else "without tests"
