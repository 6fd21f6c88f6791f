"""This module has the options of `./pants tailor`: `[strata-tailor]`."""

from __future__ import annotations

from pants.option.option_types import BoolOption, StrOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap


class StrataTailorSubsystem(Subsystem):
    """The options of `[strata-tailor]`."""

    options_scope = "strata-tailor"
    help = "Which targets of Strata `./pants tailor` proposes."

    images = BoolOption(
        default=False,
        help=softwrap(
            """
            Whether a `python_image` is proposed for each Python file that is named `__main__.py` or has a `__main__`
            clause, and that no image runs yet. Tests are passed over.
            """
        ),
    )
    artifacts = StrOption(
        default="",
        help=softwrap(
            """
            The folder whose BUILD file gets a `debian_packages` and a `python_interpreter`, for instance
            `3rdparty/strata`: where the repository has none of its own, and `tailor` looks into that folder or one
            above it. Empty to propose neither; images then have those that come with Strata.
            """
        ),
    )
