"""`./pants package`: each target as an OCI image layout directory below `dist/`, an installer as its wheels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import Digest
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts import (
    PLATFORM,
    ArtifactLayer,
    ImageRequest,
    InstallerRequest,
    InterpreterLayerRequest,
    InterpreterRequest,
    OsPackagesRequest,
    VenvRequest,
)
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
from pants_strata.util_rules.lookup import default_interpreter
from strata.diff.record import record_path
from strata.oci.layer import Layer
from strata.oci.layout import artifact_layout_files, layout_files


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
    lines = [f"  {layer.contents['kind']}: {_megabytes(layer.descriptor.size)}" for layer in layers]
    artifact = BuiltPackageArtifact(path, extra_log_lines=(f"  {PLATFORM} {digest}", *lines, *notes))
    return BuiltPackage(await engine.under(path, merged), (artifact,))


async def _artifact_layout(output_path: ArtifactOutputPathField, kind: str, item: ArtifactLayer) -> BuiltPackage:
    files = artifact_layout_files([item.layer], kind=kind, annotations={}, platform=PLATFORM)
    return await _layout(output_path, files, item.blob, [item.layer], item.layer.descriptor.digest)


@dataclass(frozen=True)
class ImageFieldSet(PackageFieldSet):
    required_fields = (EntryPointField, ScriptField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_image(field_set: ImageFieldSet) -> BuiltPackage:
    built = await engine.image(ImageRequest(field_set.address, PLATFORM))
    files = layout_files([built.image])
    package = await _layout(
        field_set.output_path,
        files,
        built.blobs,
        built.image.layers,
        built.image.manifest_descriptor.digest,
        notes=[f"  installers: {built.installers.summary()}"],
    )
    path = record_path(field_set.output_path.value_or_default(file_ending=None))
    record = await engine.create({path: built.record.to_bytes()})
    return BuiltPackage(await engine.merge([package.digest, record]), (*package.artifacts, BuiltPackageArtifact(path)))


@dataclass(frozen=True)
class OsPackagesFieldSet(PackageFieldSet):
    required_fields = (DebianPackagesNamesField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_os_packages(field_set: OsPackagesFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    interpreter = (await default_interpreter(field_set.address, strata)).address
    layer = await engine.os_packages_layer(OsPackagesRequest(field_set.address, PLATFORM, interpreter))
    return await _artifact_layout(field_set.output_path, "os-packages", layer)


@dataclass(frozen=True)
class InterpreterFieldSet(PackageFieldSet):
    required_fields = (InterpreterVersionField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_interpreter(field_set: InterpreterFieldSet) -> BuiltPackage:
    interpreter = await engine.interpreter(InterpreterRequest(field_set.address, PLATFORM))
    layer = await engine.interpreter_layer(InterpreterLayerRequest(interpreter, interpreter.base))
    return await _artifact_layout(field_set.output_path, "interpreter", layer)


@dataclass(frozen=True)
class InstallerFieldSet(PackageFieldSet):
    required_fields = (InstallerToolField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_installer(field_set: InstallerFieldSet, strata: StrataSubsystem) -> BuiltPackage:
    interpreter = (await default_interpreter(field_set.address, strata)).address
    installer = await engine.installer(InstallerRequest(field_set.address, interpreter, PLATFORM))
    path = field_set.output_path.value_or_default(file_ending=None)
    lines = (f"  {installer.tool} {installer.version}: {len(installer.files)} wheel(s)",)
    return BuiltPackage(
        await engine.under(path, installer.digest), (BuiltPackageArtifact(path, extra_log_lines=lines),)
    )


@dataclass(frozen=True)
class VenvFieldSet(PackageFieldSet):
    required_fields = (VenvLockfileField, ArtifactOutputPathField)

    output_path: ArtifactOutputPathField


@rule
async def package_venv(field_set: VenvFieldSet) -> BuiltPackage:
    venv = await engine.venv(VenvRequest(field_set.address, PLATFORM))
    return await _artifact_layout(field_set.output_path, "dependencies", venv.layer)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def rules() -> Iterable[Rule | UnionRule]:
    field_sets = (ImageFieldSet, OsPackagesFieldSet, InterpreterFieldSet, InstallerFieldSet, VenvFieldSet)
    return (*collect_rules(), *(UnionRule(PackageFieldSet, field_set) for field_set in field_sets))
