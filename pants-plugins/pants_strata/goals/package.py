"""`./pants package`: each image as an OCI image layout directory below `dist/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.dist import Dist
from pants_strata.artifacts.documents import DocumentsRequest
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.goals.summary import Part, made, told
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    ArtifactOutputPathField,
    EntryPointField,
    ScriptField,
)
from pants_strata.target_types.image import DebugField
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.archive import archive_of
from pants_strata.util_rules.attest.documents import get_documents
from pants_strata.util_rules.debian.debug_image import debug_layout
from pants_strata.util_rules.outputs.kept import unless_kept
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
class PackagedImageRequest:
    """A `python_image`, to be packaged."""

    field_set: ImageFieldSet


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
    request: PackagedImageRequest, strata: StrataSubsystem, debian: DebianSubsystem, layouts: LayoutsOnBases
) -> PackagedImage:
    """Return the layout of an image, and beside it what each layer was made from, the documents, and the archive."""
    field_set = request.field_set
    platforms = platforms_of(field_set.platforms, field_set.address, strata, debian)
    # The documents bring their images. Were these asked for beside them, the engine, once it found an image changed,
    # would give up the documents that it had begun to write, and begin anew.
    documents = await engine.concurrently(
        get_documents(DocumentsRequest(ImageRequest(field_set.address, platform))) for platform in platforms
    )
    images = [described.image for described in documents]
    files = layout_files([built.image for built in images])
    path = field_set.output_path.value_or_default(file_ending=None)
    layout = await layout_at(path, files, [built.blobs for built in images], layouts)
    inputs = build_inputs_path(path)
    beside = {inputs: BuildInputs.of_all(built.build_inputs for built in images).to_bytes()}
    for platform, described in zip(platforms, documents):
        folder = f"{documents_path(path)}/{folder_of(platform)}"
        beside.update((f"{folder}/{name}", content) for name, content in described.files.items())
    archive, archives = EMPTY_DIGEST, tuple[BuiltPackageArtifact, ...]()
    if not layouts.publish_alone:
        blobs = await engine.merge(built.blobs for built in images)
        archive, archives = await archive_of(
            *(await engine.target(field_set.address), strata, [built.image for built in images]),
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


# Else the engine asks whether what the last run made is still right, finds at once that this is another run, gives up
# what it has begun to look at, and makes that anew: the rules of all images.
@_uncacheable_rule
async def package_image(field_set: ImageFieldSet, dist: Dist) -> BuiltPackage:
    """Return what `package` writes of an image, with what this run of Pants made of it, or what it leaves alone."""
    packaged = await get_packaged_image(PackagedImageRequest(field_set))
    package = await unless_kept(packaged.package, field_set.address, dist)
    if package is not packaged.package:
        return package
    layout, *beside = package.artifacts
    parts = [
        replace(part, notes=(made(built, dist.run), *part.notes))
        for part, built in zip(packaged.parts, packaged.images)
    ]
    return replace(package, artifacts=(told(str(layout.relpath), packaged.root, parts), *beside))


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(PackageFieldSet, ImageFieldSet))
