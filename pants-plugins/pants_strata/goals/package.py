"""`./pants package`: each target as an OCI image layout directory below `dist/`, an installer as its wheels."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Optional

from pants.backend.python.subsystems.setup import PythonSetup
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.engine.internals.session import RunId
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules, rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.documents import DocumentsRequest
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.installer import InstallerRequest, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import InterpreterLayerRequest, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.artifacts.venv import VenvRequest
from pants_strata.goals.summary import Part, made
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    ArtifactOutputPathField,
    DebianPackagesNamesField,
    EntryPointField,
    InstallerToolField,
    InterpreterVersionField,
    ScriptField,
    VenvLockfileField,
)
from pants_strata.target_types.defaults import is_default
from pants_strata.target_types.image import DebugField
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.archive import archive_of
from pants_strata.util_rules.attest.documents import get_documents
from pants_strata.util_rules.debian.debug_image import debug_layout
from pants_strata.util_rules.debian.os_packages import get_os_packages_layer
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.interpreters.layer import get_interpreter_layer
from pants_strata.util_rules.lookup import default_interpreter
from pants_strata.util_rules.platforms import platforms_of
from pants_strata.util_rules.venvs.locked_venv import own_lock_request
from pants_strata.util_rules.venvs.venv import get_venv
from strata.attest.build_inputs import BuildInputs, build_inputs_path
from strata.attest.documents import documents_path, folder_of
from strata.oci.descriptor import INDEX_FILE
from strata.oci.image import Image
from strata.oci.layer import Layer
from strata.oci.layout import artifact_layout_files, layout_files
from strata.oci.platform import Platform

# In dist/, where layouts share them. A target's own output is called by its address, and none begins with a dot.
_SHARED = ".strata"
_BLOBS = "blobs"


async def _layout(path: str, files: Mapping[str, bytes], blobs: Iterable[Digest], layouts: LayoutsOnBases) -> Digest:
    if layouts.share_blobs:
        return await _sharing(path, files, blobs)
    return await engine.under(path, await engine.merge([*blobs, await engine.create(files)]))


def _told(path: str, root: str, parts: Sequence[Part]) -> BuiltPackageArtifact:
    """Return a layout with what `package` prints of it; `root` is the digest of its image for all platforms."""
    lines = [line for part in parts for line in part.lines()]
    if len(parts) > 1:
        lines.insert(0, f"  {len(parts)} platforms {root}")
    return BuiltPackageArtifact(path, extra_log_lines=tuple(lines))


async def _sharing(path: str, files: Mapping[str, bytes], blobs: Iterable[Digest]) -> Digest:
    """Return a layout whose blobs lie in a folder beside it: in the digest of several such layouts they come once."""
    shared = {name: content for name, content in files.items() if name.startswith(f"{_BLOBS}/")}
    own = {f"{path}/{name}": content for name, content in files.items() if name not in shared}
    beside = await engine.under(_SHARED, await engine.merge([*blobs, await engine.create(shared)]))
    link = await engine.link(f"{path}/{_BLOBS}", os.path.relpath(f"{_SHARED}/{_BLOBS}", path))
    return await engine.merge([beside, link, await engine.create(own)])


def _root_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of the one manifest or index that a layout names."""
    (root,) = json.loads(files[INDEX_FILE])["manifests"]
    return str(root["digest"])


async def _artifact_layout(
    output_path: ArtifactOutputPathField,
    kind: str,
    artifacts: Mapping[Platform, Sequence[ArtifactLayer]],
    form: LayoutsOnBases,
) -> BuiltPackage:
    layers: dict[Optional[Platform], Sequence[Layer]] = {
        platform: [item.layer for item in items] for platform, items in artifacts.items()
    }
    files = artifact_layout_files(layers, kind=kind, annotations={})
    parts = [Part(platform, each, _artifact_digest(platform, each, kind)) for platform, each in layers.items()]
    path = output_path.value_or_default(file_ending=None)
    digest = await _layout(path, files, [item.blob for items in artifacts.values() for item in items], form)
    return BuiltPackage(digest, (_told(path, _root_digest(files), parts),))


def _artifact_digest(platform: Optional[Platform], layers: Sequence[Layer], kind: str) -> str:
    """Return the digest of the layer, where there is one; of the manifest over several."""
    if len(layers) == 1:
        return layers[0].descriptor.digest
    return _root_digest(artifact_layout_files({platform: layers}, kind=kind, annotations={}))


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

    :param root: the digest of the image for all platforms.
    :param parts: what it prints of each platform, but for what this run of Pants did.
    :param images: the same images.
    :param beside: what lies beside the layout.
    """

    digest: Digest
    root: str
    parts: tuple[Part, ...]
    images: tuple[BuiltImage, ...]
    beside: tuple[BuiltPackageArtifact, ...]


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
    layout = await _layout(path, files, [built.blobs for built in images], layouts)
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
            *(_root_digest(files), blobs, path),
        )
    debug, debugs = EMPTY_DIGEST, tuple[BuiltPackageArtifact, ...]()
    if (field_set.debug.value or strata.debug) and not layouts.publish_alone:
        debug, debugs = await debug_layout(images, path)
    folders = [BuiltPackageArtifact(documents_path(path))] if len(beside) > 1 else []
    return PackagedImage(
        await engine.merge([layout, await engine.create(beside), archive, debug]),
        _root_digest(files),
        tuple(_part(built, layouts) for built in images),
        tuple(images),
        (BuiltPackageArtifact(inputs), *folders, *archives, *debugs),
    )


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
async def package_image(field_set: ImageFieldSet, run: RunId) -> BuiltPackage:
    """Return what `package` writes of an image, with what this run of Pants made of it."""
    packaged = await get_packaged_image(PackagedImageRequest(field_set))
    path = field_set.output_path.value_or_default(file_ending=None)
    parts = [
        replace(part, notes=(made(built, run), *part.notes)) for part, built in zip(packaged.parts, packaged.images)
    ]
    return BuiltPackage(packaged.digest, (_told(path, packaged.root, parts), *packaged.beside))


class ArtifactFieldSet(PackageFieldSet):
    """The base of the field sets of artifacts: `package ::` leaves out the targets that come with Strata."""

    @classmethod
    def opt_out(cls, tgt: Target) -> bool:
        """Return whether a target is in no BUILD file, so that nobody asked for it."""
        return is_default(tgt.address)


@dataclass(frozen=True)
class OsPackagesFieldSet(ArtifactFieldSet):
    """The fields of `debian_packages` that `package` reads."""

    required_fields = (DebianPackagesNamesField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_os_packages(
    field_set: OsPackagesFieldSet, strata: StrataSubsystem, debian: DebianSubsystem, layouts: LayoutsOnBases
) -> BuiltPackage:
    """Return a layout with the layer of Debian packages, for each platform of `[strata].platforms`."""
    interpreter = (await default_interpreter(strata)).address
    platforms = platforms_of(None, field_set.address, strata, debian)
    layers = await engine.concurrently(
        get_os_packages_layer(OsPackagesRequest(field_set.address, platform, interpreter, strata.compression.choice))
        for platform in platforms
    )
    artifacts = {platform: [layer] for platform, layer in zip(platforms, layers)}
    return await _artifact_layout(field_set.output_path, "os-packages", artifacts, layouts)


@dataclass(frozen=True)
class InterpreterFieldSet(ArtifactFieldSet):
    """The fields of an interpreter that `package` reads."""

    required_fields = (InterpreterVersionField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_interpreter(
    field_set: InterpreterFieldSet, strata: StrataSubsystem, debian: DebianSubsystem, layouts: LayoutsOnBases
) -> BuiltPackage:
    """Return a layout with the layer of an interpreter, for each platform of `[strata].platforms`."""
    platforms = platforms_of(None, field_set.address, strata, debian)
    interpreters = await engine.concurrently(
        get_interpreter(InterpreterRequest(field_set.address, platform)) for platform in platforms
    )
    layers = await engine.concurrently(
        get_interpreter_layer(InterpreterLayerRequest(interpreter, interpreter.base, strata.compression.choice))
        for interpreter in interpreters
    )
    artifacts = {platform: [layer] for platform, layer in zip(platforms, layers)}
    return await _artifact_layout(field_set.output_path, "interpreter", artifacts, layouts)


@dataclass(frozen=True)
class InstallerFieldSet(ArtifactFieldSet):
    """The fields of an installer that `package` reads."""

    required_fields = (InstallerToolField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_installer(field_set: InstallerFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return the wheels of an installer and of all that it needs.

    The installer is also made ready to start, so that a job that packages what apps share leaves that in the cache.
    """
    interpreter = (await default_interpreter(strata)).address
    request = PreparedInstallerRequest(InstallerRequest(field_set.address, interpreter))
    installer = (await get_prepared_installer(request)).installer
    path = field_set.output_path.value_or_default(file_ending=None)
    lines = (f"  {installer.tool} {installer.version}: {len(installer.files)} wheel(s)",)
    return BuiltPackage(
        await engine.under(path, installer.digest), (BuiltPackageArtifact(path, extra_log_lines=lines),)
    )


@dataclass(frozen=True)
class VenvFieldSet(ArtifactFieldSet):
    """The fields of a venv that `package` reads."""

    required_fields = (VenvLockfileField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_venv(
    field_set: VenvFieldSet,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
    today: Today,
    layouts: LayoutsOnBases,
) -> BuiltPackage:
    """Return a layout with the layers of all of the lock, for each platform of `[strata].platforms`."""
    platforms = platforms_of(None, field_set.address, strata, debian)
    target = await engine.target(field_set.address)
    settings = Settings(strata, debian, python, today)
    locks = [await own_lock_request(target, platform, settings) for platform in platforms]
    venvs = await engine.concurrently(
        get_venv(VenvRequest(lock, None, strata.wheels_bytecode(), strata.compression.choice)) for lock in locks
    )
    artifacts = {platform: venv.layers for platform, venv in zip(platforms, venvs)}
    return await _artifact_layout(field_set.output_path, "dependencies", artifacts, layouts)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    field_sets = (ImageFieldSet, OsPackagesFieldSet, InterpreterFieldSet, InstallerFieldSet, VenvFieldSet)
    return (*collect_rules(), *(UnionRule(PackageFieldSet, field_set) for field_set in field_sets))
