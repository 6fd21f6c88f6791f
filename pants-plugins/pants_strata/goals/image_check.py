"""`./pants image-check`: what needs attention in images: vulnerable or outdated parts.

Builds the images of the targets, as `package` does, and writes nothing but the report. Vulnerabilities come from files
that the user names. They are read, like the clock, by the goal itself: nothing of them is cached or in a key.
docs/image-check.md shows the forms of the report.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from pathlib import Path

from pants.backend.python.subsystems.setup import PythonSetup
from pants.base.build_root import BuildRoot
from pants.engine.console import Console
from pants.engine.goal import Goal, GoalSubsystem, Outputting
from pants.engine.rules import Rule, collect_rules, goal_rule
from pants.engine.target import Targets
from pants.option.option_types import BoolOption, EnumOption, IntOption, StrListOption, StrOption
from pants.util.strutil import softwrap

from pants_strata.goals.package import ImageFieldSet
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.image import images_of
from pants_strata.util_rules.outdated import debian_locks, fixes_of, newer_debian_packages
from pants_strata.util_rules.review.inventory import inventory_of
from strata.check.arguments import DEFAULT_DAYS
from strata.check.finding import Finding
from strata.check.sources import Checked, Sources, check_sources, report_on
from strata.errors.checks import files as errors


class FailOn(Enum):
    """The severities from which on the goal fails."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"
    never = "never"


class ImageCheckSubsystem(Outputting, GoalSubsystem):
    """The goal `image-check` and its options."""

    name = "image-check"
    help = "Find what needs attention in images: known vulnerabilities, outdated Debian packages, an old CPython."

    osv = StrListOption(
        help=softwrap(
            """
            Exports of OSV with the vulnerabilities of projects on PyPI, each a folder with JSON files, a zip archive of
            them, or one JSON file. Relative to the build root. Without any, no vulnerable wheels are looked for.
            """
        ),
    )
    debian_tracker = StrOption(
        default=None,
        help=softwrap(
            """
            The JSON file that Debian's security tracker publishes. Relative to the build root. Without it, no
            vulnerable Debian packages are looked for.
            """
        ),
    )
    debian_index = BoolOption(
        default=True,
        help=softwrap(
            """
            Whether the signed index of the mirror is read, to find newer versions of locked Debian packages. Where it
            cannot be reached, the report says so.
            """
        ),
    )
    ignore = StrOption(
        default=None,
        help=softwrap(
            """
            A TOML file with a table `[[ignore]]` for each finding to ignore: its `id`, the `reason`, the last day as
            the date `until`, and perhaps the `package`. Relative to the build root.
            """
        ),
    )
    fail_on = EnumOption(
        default=FailOn.high,
        help=softwrap(
            """
            The severity from which on a finding that is not ignored gives the exit code 1. Vulnerabilities that nobody
            has rated count as medium.
            """
        ),
    )
    end_of_life_days = IntOption(
        default=DEFAULT_DAYS,
        help="How many days before its end of life a version of CPython becomes a finding.",
    )
    only_fixed = BoolOption(default=False, help="Leave out vulnerabilities that no version mends yet.")
    json = BoolOption(default=False, help="Write JSON for programs instead of text.")

    def sources(self, root: Path) -> Sources:
        """Return what the user gave, with paths below the build root."""
        return Sources(
            tuple(root / path for path in self.osv),
            root / self.debian_tracker if self.debian_tracker else None,
            root / self.ignore if self.ignore else None,
            self.fail_on.value,
            self.end_of_life_days,
            self.only_fixed,
        )


class ImageCheck(Goal):
    """How the goal `image-check` ended."""

    subsystem_cls = ImageCheckSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


# Below the helpers: Pants sees only what stands before a rule.
@goal_rule
async def image_check(
    console: Console,
    options: ImageCheckSubsystem,
    targets: Targets,
    build_root: BuildRoot,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
) -> ImageCheck:
    """Report what needs attention in the images of the targets."""
    sources = options.sources(build_root.pathlib_path)
    check_sources(sources)
    images = await images_of([target for target in targets if ImageFieldSet.is_applicable(target)], strata, debian)
    if not images:
        raise errors.no_images()
    checked = []
    notes: dict[str, None] = {}
    for request, built in images:
        inventory = await inventory_of(request, built, debian)
        locks = await debian_locks(built, debian)
        newer: tuple[Finding, ...] = ()
        if options.debian_index:
            newer, missing = await newer_debian_packages(locks, request.platform, inventory)
            notes.update(dict.fromkeys(missing))
        checked.append(Checked(str(request.address), inventory, await fixes_of(built, locks, python), newer))
    report = report_on(checked, sources, date.today(), notes)
    with options.output(console) as output:
        output(report.to_json() if options.json else report.to_text())
    return ImageCheck(exit_code=int(report.failed))


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
