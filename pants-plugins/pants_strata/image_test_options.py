"""This module has the options of testing images: `[strata-test]`."""

from __future__ import annotations

from enum import Enum

from pants.option.option_types import EnumOption, SkipOption
from pants.option.subsystem import Subsystem


class ContainerProgram(Enum):
    """What starts the containers of tests: the choices of `[strata-test].runtime`."""

    auto = "auto"
    runc = "runc"
    bwrap = "bwrap"


class ImageTestSubsystem(Subsystem):
    """The options of `[strata-test]`."""

    options_scope = "strata-test"
    name = "tests of images"
    help = "How `./pants test` runs `python_image_test` targets."

    skip = SkipOption("test")
    runtime = EnumOption(
        default=ContainerProgram.auto,
        help="What starts containers; `auto`: the first of runc and bwrap that works, without root bwrap and runc.",
    )
