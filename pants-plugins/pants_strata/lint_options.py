"""This module has the options of `./pants lint`: `[strata-lint]`."""

from __future__ import annotations

from pants.option.option_types import IntOption, SkipOption, StrListOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap

from strata.check.arguments import DEFAULT_DAYS
from strata.lint.problem import CHECKS


class StrataLintSubsystem(Subsystem):
    """The options of `[strata-lint]`."""

    name = "strata-lint"
    options_scope = "strata-lint"
    help = softwrap(
        """
        What `./pants lint` finds in images that build and still are seldom meant. docs/lint.md explains each check.
        """
    )

    skip = SkipOption("lint")
    ignore = StrListOption(
        help=softwrap(
            f"""
            The checks that are left out: {", ".join(CHECKS)}. `lint_ignore` on a `python_image` leaves them out for
            one image.
            """
        ),
    )
    end_of_life_days = IntOption(
        default=DEFAULT_DAYS,
        help="How many days before its end of life a version of CPython becomes a problem.",
    )
