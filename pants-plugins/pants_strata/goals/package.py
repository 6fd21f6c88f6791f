"""`./pants package`: each image as an OCI image layout directory below `dist/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.dist import DistRequest, EmbeddedPackages
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.goals.summary import Part, made, told
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import (
    ArtifactOutputPathField,
    EntryPointField,
    ScriptField,
)
from pants_strata.target_types.image import DebugField
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.archive import archive_of
from pants_strata.util_rules.attest.documents import documents_of
from pants_strata.util_rules.debian.debug_image import debug_layout
from pants_strata.util_rules.image import get_image
from pants_strata.util_rules.outputs.kept import get_dist, unless_kept
from pants_strata.util_rules.outputs.layout import layout_at, root_digest
from pants_strata.util_rules.platforms import platforms_of
from strata.attest.build_inputs import BuildInputs, build_inputs_path
from strata.attest.documents import documents_path, folder_of
from strata.oci.image import Image
from strata.oci.layout import layout_files


def _left_out(image: Image, layouts: LayoutsOnBases) -> list[str]:
    """Return a line where a layout lacks the layers of its base."""
    if not layouts.have_layers and image.layers_of("base"):
        return ["  without the base's layers, which `publish` finds in the base's registry"]
    return []


@dataclass(frozen=True)
class ImageFieldSet(PackageFieldSet):
    """The fields of an image that `package` reads."""

    required_fields = (EntryPointField, ScriptField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField
    platforms: PlatformsField
    debug: DebugField


@dataclass(frozen=True)
class PackagedImage:
    """What `package` writes of an image.

    :param package: without the lines about what this run of Pants made of it.
    :param root: the digest of the image for all platforms.
    :param parts: what `package` prints of each platform, but for these lines.
    :param images: the same images.
    """

    package: BuiltPackage
    root: str
    parts: tuple[Part, ...]
    images: tuple[BuiltImage, ...]


@rule
async def packaged_image(
    field_set: ImageFieldSet,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    standalone: StandaloneSubsystem,
    layouts: LayoutsOnBases,
) -> PackagedImage:
    """Return the layout of an image, and beside it what each layer was made from, the documents, and the archive."""
    platforms = platforms_of(field_set.platforms, field_set.address, strata, debian)
    images = await engine.concurrently(get_image(ImageRequest(field_set.address, platform)) for platform in platforms)
    files = layout_files([built.image for built in images])
    path = field_set.output_path.value_or_default(file_ending=None)
    layout = await layout_at(path, files, [built.blobs for built in images], layouts)
    inputs = build_inputs_path(path)
    beside = {inputs: BuildInputs.of_all(built.build_inputs for built in images).to_bytes()}
    target = await engine.target(field_set.address)
    for platform, built in zip(platforms, images):
        documents = await documents_of(built, target, strata, debian, standalone)
        folder = f"{documents_path(path)}/{folder_of(platform)}"
        beside.update((f"{folder}/{name}", content) for name, content in documents.items())
    archive, archives = EMPTY_DIGEST, tuple[BuiltPackageArtifact, ...]()
    if not layouts.publish_alone:
        blobs = await engine.merge(built.blobs for built in images)
        archive, archives = await archive_of(
            *(target, strata, [built.image for built in images]),
            *(root_digest(files), blobs, path),
        )
    debug, debugs = EMPTY_DIGEST, tuple[BuiltPackageArtifact, ...]()
    if (field_set.debug.value or strata.debug) and not layouts.publish_alone:
        debug, debugs = await debug_layout(images, path)
    folders = [BuiltPackageArtifact(documents_path(path))] if len(beside) > 1 else []
    digest = await engine.merge([layout, await engine.create(beside), archive, debug])
    root, parts = root_digest(files), tuple(_part(built, layouts) for built in images)
    artifacts = (told(path, root, parts), BuiltPackageArtifact(inputs), *folders, *archives, *debugs)
    return PackagedImage(BuiltPackage(digest, artifacts), root, parts, tuple(images))


get_packaged_image = engine.asker(packaged_image)


def _part(built: BuiltImage, layouts: LayoutsOnBases) -> Part:
    notes = (
        f"  installers: {built.installers.summary()}",
        *(f"  {line}" for line in built.notices.lines()),
        *_left_out(built.image, layouts),
    )
    return Part(built.image.platform, built.image.layers, built.image.manifest_descriptor.digest, notes)


@dataclass(frozen=True)
class ImageForDist:
    """What this run writes of an image, with what it made of it, or what it leaves alone."""

    package: BuiltPackage


@rule
async def image_for_dist(field_set: ImageFieldSet, embedded: EmbeddedPackages) -> ImageForDist:
    """Return what this run writes of an image. It is asked anew in the run after one that wrote it, and not later."""
    packaged = await get_packaged_image(field_set)
    package = await unless_kept(packaged.package, field_set.address, embedded)
    if package is not packaged.package:
        return ImageForDist(package)
    run = (await get_dist(DistRequest())).run
    layout, *beside = package.artifacts
    parts = [
        replace(part, notes=(made(built, run), *part.notes)) for part, built in zip(packaged.parts, packaged.images)
    ]
    artifacts = (told(str(layout.relpath), packaged.root, parts), *beside)
    return ImageForDist(replace(package, artifacts=artifacts))


get_image_for_dist = engine.asker(image_for_dist)


@rule
async def package_image(field_set: ImageFieldSet) -> BuiltPackage:
    """Return what `package` writes of an image, or what it leaves alone."""
    # The engine looks at all that a rule asked for at the same time, and gives up the rest at the first that is another
    # now. In the run after an image was written that is the run itself, which the next rule asks for. So this one asks
    # for the image, too: else its steps would be begun anew.
    await get_packaged_image(field_set)
    for_dist: ImageForDist = await get_image_for_dist(field_set)
    return for_dist.package


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(PackageFieldSet, ImageFieldSet))
