"""`./pants package`: artifacts, each a layout with its layers; an installer as its wheels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from pants.backend.python.subsystems.setup import PythonSetup
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules, rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.dist import EmbeddedPackages
from pants_strata.artifacts.installer import InstallerRequest, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import InterpreterLayerRequest, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.artifacts.venv import VenvRequest
from pants_strata.goals.summary import Part, told
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    ArtifactOutputPathField,
    DebianPackagesNamesField,
    InstallerToolField,
    InterpreterVersionField,
    VenvLockfileField,
)
from pants_strata.target_types.defaults import is_default
from pants_strata.util_rules.debian.os_packages import get_os_packages_layer
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.interpreters.layer import get_interpreter_layer
from pants_strata.util_rules.lookup import default_interpreter
from pants_strata.util_rules.outputs.kept import unless_kept
from pants_strata.util_rules.outputs.layout import layout_at, root_digest
from pants_strata.util_rules.platforms import platforms_of
from pants_strata.util_rules.venvs.locked_venv import own_lock_request
from pants_strata.util_rules.venvs.venv import get_venv
from strata.oci.layer import Layer
from strata.oci.layout import artifact_layout_files
from strata.oci.platform import Platform


@dataclass(frozen=True)
class ArtifactFieldSet(PackageFieldSet):
    """The base of the field sets of artifacts: `package ::` leaves out the targets that come with Strata."""

    output_path: ArtifactOutputPathField

    @classmethod
    def opt_out(cls, tgt: Target) -> bool:
        """Return whether a target is in no BUILD file, so that nobody asked for it."""
        return is_default(tgt.address)


@dataclass(frozen=True)
class PackagedArtifact:
    """What `package` writes of an artifact."""

    package: BuiltPackage


async def _artifact_layout(
    field_set: ArtifactFieldSet,
    kind: str,
    artifacts: Mapping[Platform, Sequence[ArtifactLayer]],
    layouts: LayoutsOnBases,
) -> PackagedArtifact:
    layers: dict[Optional[Platform], Sequence[Layer]] = {
        platform: [item.layer for item in items] for platform, items in artifacts.items()
    }
    files = artifact_layout_files(layers, kind=kind, annotations={})
    parts = [Part(platform, each, _artifact_digest(platform, each, kind)) for platform, each in layers.items()]
    path = field_set.output_path.value_or_default(file_ending=None)
    digest = await layout_at(path, files, [item.blob for items in artifacts.values() for item in items], layouts)
    return PackagedArtifact(BuiltPackage(digest, (told(path, root_digest(files), parts),)))


def _artifact_digest(platform: Optional[Platform], layers: Sequence[Layer], kind: str) -> str:
    """Return the digest of the layer, where there is one; of the manifest over several."""
    if len(layers) == 1:
        return layers[0].descriptor.digest
    return root_digest(artifact_layout_files({platform: layers}, kind=kind, annotations={}))


@dataclass(frozen=True)
class OsPackagesFieldSet(ArtifactFieldSet):
    """The fields of `debian_packages` that `package` reads."""

    required_fields = (DebianPackagesNamesField, ArtifactOutputPathField)


@rule
async def packaged_os_packages(
    field_set: OsPackagesFieldSet, strata: StrataSubsystem, debian: DebianSubsystem, layouts: LayoutsOnBases
) -> PackagedArtifact:
    """Return a layout with the layer of Debian packages, for each platform of `[strata].platforms`."""
    interpreter = (await default_interpreter(strata)).address
    platforms = platforms_of(None, field_set.address, strata, debian)
    layers = await engine.concurrently(
        get_os_packages_layer(OsPackagesRequest(field_set.address, platform, interpreter, strata.compression.choice))
        for platform in platforms
    )
    artifacts = {platform: [layer] for platform, layer in zip(platforms, layers)}
    return await _artifact_layout(field_set, "os-packages", artifacts, layouts)


get_packaged_os_packages = engine.asker(packaged_os_packages)


# The rules that package artifacts run in each run of Pants, since they ask what differs in each (see `package_image`,
# which takes two rules to avoid that): a repository has few such targets.
@_uncacheable_rule
async def package_os_packages(field_set: OsPackagesFieldSet, embedded: EmbeddedPackages) -> BuiltPackage:
    """Return what `package` writes of Debian packages, or what it leaves alone."""
    packaged = await get_packaged_os_packages(field_set)
    return await unless_kept(packaged.package, field_set.address, embedded)


@dataclass(frozen=True)
class InterpreterFieldSet(ArtifactFieldSet):
    """The fields of an interpreter that `package` reads."""

    required_fields = (InterpreterVersionField, ArtifactOutputPathField)


@rule
async def packaged_interpreter(
    field_set: InterpreterFieldSet,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    layouts: LayoutsOnBases,
) -> PackagedArtifact:
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
    return await _artifact_layout(field_set, "interpreter", artifacts, layouts)


get_packaged_interpreter = engine.asker(packaged_interpreter)


@_uncacheable_rule
async def package_interpreter(field_set: InterpreterFieldSet, embedded: EmbeddedPackages) -> BuiltPackage:
    """Return what `package` writes of an interpreter, or what it leaves alone."""
    packaged = await get_packaged_interpreter(field_set)
    return await unless_kept(packaged.package, field_set.address, embedded)


@dataclass(frozen=True)
class InstallerFieldSet(ArtifactFieldSet):
    """The fields of an installer that `package` reads."""

    required_fields = (InstallerToolField, ArtifactOutputPathField)


@rule
async def packaged_installer(field_set: InstallerFieldSet, strata: StrataSubsystem) -> PackagedArtifact:
    """Return the wheels of an installer and of all that it needs.

    The installer is also made ready to start, so that a job that packages what apps share leaves that in the cache.
    """
    interpreter = (await default_interpreter(strata)).address
    prepared = PreparedInstallerRequest(InstallerRequest(field_set.address, interpreter))
    installer = (await get_prepared_installer(prepared)).installer
    path = field_set.output_path.value_or_default(file_ending=None)
    lines = (f"  {installer.tool} {installer.version}: {len(installer.files)} wheel(s)",)
    files = await engine.under(path, installer.digest)
    return PackagedArtifact(BuiltPackage(files, (BuiltPackageArtifact(path, extra_log_lines=lines),)))


get_packaged_installer = engine.asker(packaged_installer)


@_uncacheable_rule
async def package_installer(field_set: InstallerFieldSet, embedded: EmbeddedPackages) -> BuiltPackage:
    """Return what `package` writes of an installer, or what it leaves alone."""
    packaged = await get_packaged_installer(field_set)
    return await unless_kept(packaged.package, field_set.address, embedded)


@dataclass(frozen=True)
class VenvFieldSet(ArtifactFieldSet):
    """The fields of a venv that `package` reads."""

    required_fields = (VenvLockfileField, ArtifactOutputPathField)


@rule
async def packaged_venv(
    field_set: VenvFieldSet,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
    today: Today,
    layouts: LayoutsOnBases,
) -> PackagedArtifact:
    """Return a layout with the layers of all of the lock, for each platform of `[strata].platforms`."""
    platforms = platforms_of(None, field_set.address, strata, debian)
    target = await engine.target(field_set.address)
    settings = Settings(strata, debian, python, today)
    locks = [await own_lock_request(target, platform, settings) for platform in platforms]
    venvs = await engine.concurrently(
        get_venv(VenvRequest(lock, None, strata.wheels_bytecode(), strata.compression.choice)) for lock in locks
    )
    artifacts = {platform: venv.layers for platform, venv in zip(platforms, venvs)}
    return await _artifact_layout(field_set, "dependencies", artifacts, layouts)


get_packaged_venv = engine.asker(packaged_venv)


@_uncacheable_rule
async def package_venv(field_set: VenvFieldSet, embedded: EmbeddedPackages) -> BuiltPackage:
    """Return what `package` writes of a venv, or what it leaves alone."""
    packaged = await get_packaged_venv(field_set)
    return await unless_kept(packaged.package, field_set.address, embedded)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    field_sets = (OsPackagesFieldSet, InterpreterFieldSet, InstallerFieldSet, VenvFieldSet)
    return (*collect_rules(), *(UnionRule(PackageFieldSet, field_set) for field_set in field_sets))
