"""`./pants image-report`: a page about images, and the same as JSON: layers, packages, reasons, licences, pulls.

Builds the images of the targets, as `package` does, and writes two files to `dist/`. docs/report.md describes both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pants.base.build_root import BuildRoot
from pants.core.util_rules.distdir import DistDir
from pants.engine.console import Console
from pants.engine.fs import Workspace
from pants.engine.goal import Goal, GoalSubsystem
from pants.engine.rules import Rule, collect_rules, goal_rule
from pants.engine.target import Target, Targets
from pants.option.option_types import StrOption
from pants.util.strutil import softwrap

from pants_strata import engine
from pants_strata.goals.package import ImageFieldSet
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.review.report import facts_of
from strata.diff.compare import Side
from strata.diff.tagged_layout import TaggedLayout
from strata.errors import diff as diff_errors
from strata.errors.checks import reports as errors
from strata.oci.descriptor import INDEX_FILE
from strata.report.facts import Report
from strata.report.json_form import to_json
from strata.report.page import to_html


class ImageReportSubsystem(GoalSubsystem):
    """The goal `image-report` and its options."""

    name = "image-report"
    help = softwrap(
        """
        Write a page about images, and the same as JSON: layers by size, packages and licences, why each wheel is there,
        who shares what, what a pull costs.
        """
    )

    reference = StrOption(
        default=None,
        help=softwrap(
            """
            What the images are compared with: a directory laid out as `dist/` is, with a layout for each target.
            Relative to the build root. A target without a layout in it counts as new.
            """
        ),
    )
    output = StrOption(
        default="image-report",
        help="The path below `dist/` of the page and the JSON, without `.html` and `.json`.",
    )


class ImageReport(Goal):
    """How the goal `image-report` ended."""

    subsystem_cls = ImageReportSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


def _references(directory: Path, targets: Sequence[Target]) -> Mapping[str, Side]:
    """Return the images of the reference by the address of their target. Raise StrataError for a missing directory."""
    if not directory.is_dir():
        raise diff_errors.no_reference(str(directory))
    found = {}
    for target in targets:
        path = directory / ImageFieldSet.create(target).output_path.value_or_default(file_ending=None)
        if (path / INDEX_FILE).exists():
            found[str(target.address)] = TaggedLayout.open(str(path)).side()
    return found


# Below the helpers: Pants sees only what stands before a rule.
@goal_rule
async def image_report(
    console: Console,
    options: ImageReportSubsystem,
    targets: Targets,
    build_root: BuildRoot,
    workspace: Workspace,
    dist: DistDir,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
) -> ImageReport:
    """Write the page and the JSON about the images of the targets, and print where they are."""
    images = [target for target in targets if ImageFieldSet.is_applicable(target)]
    if not images:
        raise errors.no_images(ImageReportSubsystem.name)
    references = _references(build_root.pathlib_path / options.reference, images) if options.reference else None
    held = frozenset(
        layer.digest for side in (references or {}).values() for image in side.images for layer in image.layers
    )
    report = Report(await facts_of(images, strata, debian, references), options.reference or "", held)
    files = {f"{options.output}.html": to_html(report), f"{options.output}.json": to_json(report)}
    written = {path: text.encode("utf-8", "backslashreplace") for path, text in files.items()}
    workspace.write_digest(await engine.create(written), path_prefix=str(dist.relpath))
    for path in files:
        console.print_stdout(f"Wrote {dist.relpath / path}")
    return ImageReport(exit_code=0)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
