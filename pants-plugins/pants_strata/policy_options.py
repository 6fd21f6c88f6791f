"""This module has the options `[strata-policy]`: what of dependencies is refused though it can be installed."""

from __future__ import annotations

from enum import Enum

from pants.option.option_types import EnumOption, StrListOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap


class Policy(Enum):
    """What to do about something that a policy may refuse."""

    allow = "allow"
    error = "error"


class PolicySubsystem(Subsystem):
    """The options of `[strata-policy]`."""

    options_scope = "strata-policy"
    help = "What of dependencies is refused, though it can be installed. By default all is allowed."

    start_code = EnumOption(
        default=Policy.allow,
        help=softwrap(
            """
            What to do about dependencies with code that runs at each start of Python: `sitecustomize.py`,
            `usercustomize.py`, and `.pth` files with lines of code. `package` and `strata audit` name it.
            """
        ),
    )
    start_code_of = StrListOption(
        help="Projects that may have such code where `start_code` is `error`, for instance `setuptools`.",
    )
    alike_paths = EnumOption(
        default=Policy.allow,
        help=softwrap(
            """
            What to do about files and directories of dependencies whose paths differ only in case or in their Unicode
            form, so that some file systems take them for one. `package` and `strata audit` name them.
            """
        ),
    )
