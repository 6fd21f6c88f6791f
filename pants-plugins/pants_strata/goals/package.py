"""`./pants package`: each target as an OCI image layout directory below `dist/`, an installer as its wheels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import Digest
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.image import ImageRequest
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import InterpreterLayerRequest, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.artifacts.venv import LockedVenvRequest, VenvRequest
from pants_strata.subsystem import StrataSubsystem
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
from pants_strata.util_rules.archive import archive_of
from pants_strata.util_rules.debian.os_packages import get_os_packages_layer
from pants_strata.util_rules.image import get_image
from pants_strata.util_rules.installer import get_installer
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.interpreters.layer import get_interpreter_layer
from pants_strata.util_rules.lookup import default_interpreter
from pants_strata.util_rules.venvs.venv import get_venv
from strata.attest.build_inputs import build_inputs_path
from strata.oci.layer import Layer
from strata.oci.layout import INDEX_FILE, artifact_layout_files, layout_files


async def _layout(
    output_path: ArtifactOutputPathField,
    files: dict[str, bytes],
    blobs: Digest,
    layers: Sequence[Layer],
    digest: str,
    notes: Sequence[str] = (),
) -> BuiltPackage:
    path = output_path.value_or_default(file_ending=None)
    merged = await engine.merge([blobs, await engine.create(files)])
    artifact = BuiltPackageArtifact(path, extra_log_lines=(f"  {PLATFORM} {digest}", *_summary(layers), *notes))
    return BuiltPackage(await engine.under(path, merged), (artifact,))


def _summary(layers: Sequence[Layer]) -> Iterable[str]:
    """Yield a line for each kind of layer."""
    for kind in dict.fromkeys(layer.contents["kind"] for layer in layers):
        sizes = [layer.descriptor.size for layer in layers if layer.contents["kind"] == kind]
        count = f" in {len(sizes)} layers" if len(sizes) > 1 else ""
        yield f"  {kind}: {_megabytes(sum(sizes))}{count}"


async def _artifact_layout(
    output_path: ArtifactOutputPathField, kind: str, items: Sequence[ArtifactLayer]
) -> BuiltPackage:
    layers = [item.layer for item in items]
    files = artifact_layout_files(layers, kind=kind, annotations={}, platform=PLATFORM)
    (manifest,) = json.loads(files[INDEX_FILE])["manifests"]
    digest = items[0].layer.descriptor.digest if len(items) == 1 else manifest["digest"]
    return await _layout(output_path, files, await engine.merge(item.blob for item in items), layers, digest)


@dataclass(frozen=True)
class ImageFieldSet(PackageFieldSet):
    """The fields of an image that `package` reads."""

    required_fields = (EntryPointField, ScriptField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_image(field_set: ImageFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return the layout of an image, and beside it what each layer was made from, and the archive."""
    built = await get_image(ImageRequest(field_set.address, PLATFORM))
    files = layout_files([built.image])
    package = await _layout(
        field_set.output_path,
        files,
        built.blobs,
        built.image.layers,
        built.image.manifest_descriptor.digest,
        notes=[f"  installers: {built.installers.summary()}"],
    )
    path = field_set.output_path.value_or_default(file_ending=None)
    inputs = build_inputs_path(path)
    written = await engine.create({inputs: built.build_inputs.to_bytes()})
    archive, archives = await archive_of(
        *(await engine.target(field_set.address), strata, [built.image]),
        *(built.image.manifest_descriptor.digest, built.blobs, path),
    )
    artifacts = (*package.artifacts, BuiltPackageArtifact(inputs), *archives)
    return BuiltPackage(await engine.merge([package.digest, written, archive]), artifacts)


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
async def package_os_packages(field_set: OsPackagesFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return a layout with the layer of Debian packages."""
    interpreter = (await default_interpreter(strata)).address
    request = OsPackagesRequest(field_set.address, PLATFORM, interpreter, strata.compression.choice)
    return await _artifact_layout(field_set.output_path, "os-packages", [await get_os_packages_layer(request)])


@dataclass(frozen=True)
class InterpreterFieldSet(ArtifactFieldSet):
    """The fields of an interpreter that `package` reads."""

    required_fields = (InterpreterVersionField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_interpreter(field_set: InterpreterFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return a layout with the layer of an interpreter."""
    interpreter = await get_interpreter(InterpreterRequest(field_set.address, PLATFORM))
    request = InterpreterLayerRequest(interpreter, interpreter.base, strata.compression.choice)
    return await _artifact_layout(field_set.output_path, "interpreter", [await get_interpreter_layer(request)])


@dataclass(frozen=True)
class InstallerFieldSet(ArtifactFieldSet):
    """The fields of an installer that `package` reads."""

    required_fields = (InstallerToolField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_installer(field_set: InstallerFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return the wheels of an installer and of all that it needs."""
    interpreter = (await default_interpreter(strata)).address
    installer = await get_installer(InstallerRequest(field_set.address, interpreter))
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
async def package_venv(field_set: VenvFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    """Return a layout with the layers of all of the lock."""
    request = VenvRequest(
        LockedVenvRequest(field_set.address, PLATFORM), None, strata.bytecode, strata.compression.choice
    )
    return await _artifact_layout(field_set.output_path, "dependencies", (await get_venv(request)).layers)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    field_sets = (ImageFieldSet, OsPackagesFieldSet, InterpreterFieldSet, InstallerFieldSet, VenvFieldSet)
    return (*collect_rules(), *(UnionRule(PackageFieldSet, field_set) for field_set in field_sets))
