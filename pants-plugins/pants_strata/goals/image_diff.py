"""`./pants image-diff`: why images differ from what a reference holds, layer by layer.

Builds the images of the targets, as `package` does, and writes nothing but the report. The reference is on disk: a copy
of `dist/`, or of one layout in it. docs/image-diff.md shows the forms of the report.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Optional

from pants.base.build_root import BuildRoot
from pants.engine.console import Console
from pants.engine.goal import Goal, GoalSubsystem, Outputting
from pants.engine.rules import Rule, collect_rules, goal_rule
from pants.engine.target import Target, Targets
from pants.option.option_types import BoolOption, EnumOption, StrOption
from pants.util.strutil import softwrap

from pants_strata import engine
from pants_strata.artifacts.image import ImageRequest
from pants_strata.goals.package import ImageFieldSet
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.image import get_image
from pants_strata.util_rules.platforms import platforms_of
from strata.attest.build_inputs import BuildInputs
from strata.diff.compare import Comparison, Side, compare, explained, is_unexplained
from strata.diff.contents import APP
from strata.diff.report import to_json, to_table
from strata.diff.tagged_layout import TaggedLayout
from strata.diff.view import ImageView
from strata.errors import diff as errors
from strata.oci.descriptor import INDEX_FILE, Descriptor
from strata.oci.platform import Platform


class Format(Enum):
    """How the differences are written: for people, or as JSON."""

    table = "table"
    json = "json"


class ImageDiffSubsystem(Outputting, GoalSubsystem):
    """The goal `image-diff` and its options."""

    name = "image-diff"
    help = "Compare images with a reference, and name what changed in each layer: packages, files, settings."

    reference = StrOption(
        default=None,
        help=softwrap(
            """
            What to compare with: a directory laid out as `dist/` is, with a layout for each target, or one OCI image
            layout, as DIRECTORY or DIRECTORY:TAG. Relative to the build root.
            """
        ),
    )
    layout = StrOption(
        default=None,
        help=softwrap(
            """
            An OCI image layout, as DIRECTORY or DIRECTORY:TAG, to compare with the reference in the place of targets:
            nothing is built then.
            """
        ),
    )
    format = EnumOption(default=Format.table, help="A table for people, or JSON for programs.")
    only_changed = BoolOption(default=False, help="Leave out images and layers that are the same.")
    fail_on_change = BoolOption(
        default=False, help="Exit with 1 if an image changed. A layer that was rebuilt to the same bytes is no change."
    )


class ImageDiff(Goal):
    """How the goal `image-diff` ended."""

    subsystem_cls = ImageDiffSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


def _two_layouts(root: Path, reference: str, layout: str) -> list[Comparison]:
    before, after = TaggedLayout.open(str(root / reference)), TaggedLayout.open(str(root / layout))
    return [explained(each, before.open_blob, after.open_blob) for each in compare(layout, before.side(), after.side())]


def _references(root: Path, reference: str, targets: Sequence[Target]) -> list[TaggedLayout]:
    """Return the layout for each target."""
    directory = root / reference
    if (directory / INDEX_FILE).exists() or not directory.is_dir():
        layout = TaggedLayout.open(str(directory))
        if len(targets) > 1:
            raise errors.reference_of_one(reference, [str(target.address) for target in targets])
        return [layout]
    layouts = []
    for target in targets:
        path = ImageFieldSet.create(target).output_path.value_or_default(file_ending=None)
        if not (directory / path / INDEX_FILE).exists():
            raise errors.reference_lacks(reference, path, str(target.address))
        layouts.append(TaggedLayout.open(str(directory / path)))
    return layouts


async def _target(target: Target, platforms: Iterable[Platform], reference: TaggedLayout) -> list[Comparison]:
    before = reference.side()
    images = await engine.concurrently(get_image(ImageRequest(target.address, platform)) for platform in platforms)
    sources = await engine.source_paths(await image_closure(target.address))
    after = Side(
        [ImageView.of_image(built.image) for built in images],
        build_inputs=BuildInputs.of_all(built.build_inputs for built in images),
        sources={f"{APP}/{stripped}": path for stripped, path in sources.items()},
    )
    comparisons = compare(str(target.address), before, after)
    unexplained = [
        row.layer.descriptor.blob_path for comparison in comparisons for row in comparison.layers if is_unexplained(row)
    ]
    blobs = await engine.merge(built.blobs for built in images)
    contents = await engine.contents(await engine.only(blobs, unexplained)) if unexplained else {}

    def open_blob(layer: Descriptor) -> Optional[BinaryIO]:
        """Return the blob of a layer, opened for reading; None where it was not asked for."""
        content = contents.get(layer.blob_path)
        return None if content is None else io.BytesIO(content)

    return [explained(each, reference.open_blob, open_blob) for each in comparisons]


# Below the helpers: Pants sees only what stands before a rule.
@goal_rule
async def image_diff(
    console: Console,
    options: ImageDiffSubsystem,
    targets: Targets,
    build_root: BuildRoot,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
) -> ImageDiff:
    """Compare the images of the targets with those of the reference, and print what differs and why."""
    root = build_root.pathlib_path
    images = [target for target in targets if ImageFieldSet.is_applicable(target)]
    if not options.reference:
        raise errors.no_reference_set()
    if options.layout and images:
        raise errors.targets_and_layout([str(target.address) for target in images])
    if options.layout:
        comparisons = _two_layouts(root, options.reference, options.layout)
    elif images:
        references = _references(root, options.reference, images)
        comparisons = [
            each
            for target, reference in zip(images, references)
            for each in await _target(
                target, platforms_of(target[PlatformsField], target.address, strata, debian), reference
            )
        ]
    else:
        raise errors.nothing_to_compare()
    write = to_json if options.format is Format.json else to_table
    with options.output(console) as output:
        output(write(comparisons, only_changed=options.only_changed))
    return ImageDiff(exit_code=int(options.fail_on_change and any(each.changed for each in comparisons)))


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
