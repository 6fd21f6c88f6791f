"""The materials of an image: every file that was fetched for it, the base, and the locks, each with its digest.

Nothing is fetched for this: the rules that it asks have answered for the image already. What all images upon a venv
have in common is put together once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.materials import CommonMaterials, CommonMaterialsRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import (
    DebianPackagesLockfileField,
    InstallerLockfileField,
    InstallerToolField,
    InterpreterLockfileField,
    OciBaseLockfileField,
    OciBaseTarget,
    VenvBuildLockfileField,
    VenvLockfileField,
    VenvResolveField,
)
from pants_strata.util_rules.debian.packages import get_debian_packages
from pants_strata.util_rules.host_platform import host_platform
from pants_strata.util_rules.installer import get_installer, shipped_lock
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.lock_requests import base_lock, is_standalone, release_of
from pants_strata.util_rules.oci_base.base import get_oci_base
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.resolves import lockfile_of
from pants_strata.util_rules.venvs.wheels import fetched_hashes
from strata.attest.provenance import Material
from strata.attest.purls import debian_purl, oci_purl, pypi_purl
from strata.debian.lock_reader import read_debian_lock
from strata.debian.releases import distro
from strata.debian.shipped import shipped_base_lock, shipped_interpreter_lock
from strata.locks.reader import pyproject_path
from strata.oci.platform import Platform
from strata.protocol.interpreter import feature_version
from strata.standalone.shipped import shipped_standalone_lock


@dataclass(frozen=True)
class _Targets:
    """The targets that an image was built from."""

    base: Target
    interpreter: Target
    installer: Target
    venv: Target


async def _base(base: Target, platform: Platform, debian: DebianSubsystem) -> Iterable[Material]:
    if base.alias == OciBaseTarget.alias:
        return _images(await get_oci_base(OciBaseRequest(base.address, platform)))
    request = DebianPackagesRequest(base_lock(base, debian), platform)
    return _packages(await get_debian_packages(request), "base", distro(release_of(base, debian)))


def _images(base: OciBase) -> Iterator[Material]:
    """Yield what the reference names, and the manifest of the platform where that is another."""
    for digest in dict.fromkeys([base.image.root, base.image.manifest]):
        yield Material(base.name, digest.partition(":")[2], "base", oci_purl(base.repository, digest))


def _packages(packages: DebianPackages, used_for: str, distribution: str) -> Iterator[Material]:
    for each in packages.packages:
        uri = debian_purl(each.name, each.version, each.architecture, distribution)
        yield Material(each.file_name, each.sha256, used_for, uri)


async def _interpreter(interpreter: Interpreter, used_for: str, debian: DebianSubsystem) -> Iterable[Material]:
    # A standalone build has the C library of the base alone.
    packaged = await engine.target(interpreter.base if interpreter.standalone else interpreter.address)
    packages = _packages(interpreter.debian, used_for, distro(release_of(packaged, debian)))
    if interpreter.standalone is None:
        return packages
    hashes = await engine.file_hashes(interpreter.standalone.digest)
    return (*packages, *(Material(name, sha256, used_for) for name, sha256 in hashes.items()))


async def _installer(request: InstallerRequest) -> Iterable[Material]:
    hashes = await engine.file_hashes((await get_installer(request)).digest)
    return [Material(name, sha256, "installer", _uri_of(name)) for name, sha256 in hashes.items()]


def _uri_of(wheel: str) -> str:
    try:
        name, version, _, _ = parse_wheel_filename(wheel)
    except InvalidWheelFilename:
        return ""
    return pypi_purl(name, str(version))


async def _locks(
    targets: _Targets, debian: DebianSubsystem, python: PythonSetup, interpreter: Interpreter
) -> Iterable[Material]:
    """Return the locks: those of the repository, by their paths, and those that came with Strata."""
    of_debian = [path for path in _debian_locks(targets) if path]
    resolve = targets.venv[VenvResolveField].value
    lock = lockfile_of(resolve, python) if resolve else ""
    paths = [
        *of_debian,
        *([lock, pyproject_path(lock)] if lock else targets.venv[VenvLockfileField].paths),
        targets.venv[VenvBuildLockfileField].path,
        targets.base.get(OciBaseLockfileField).path,
        targets.interpreter[InterpreterLockfileField].path,
        targets.installer[InstallerLockfileField].path,
    ]
    files = await engine.repository_files(sorted({path for path in paths if path}))
    return [
        *(_lock(path, content, debian=path in of_debian) for path, content in files.items()),
        *_shipped(targets, debian, interpreter),
    ]


# The images of a repository have the same few locks, and those of Debian packages are long.
@lru_cache(maxsize=32)
def _lock(name: str, content: bytes, *, debian: bool) -> Material:
    released = read_debian_lock(content.decode("utf-8", "replace"), name).released if debian else None
    return Material(name, hashlib.sha256(content).hexdigest(), "lock", released=released)


def _debian_locks(targets: _Targets) -> Iterator[str]:
    """Yield the paths of locks of Debian packages; empty ones for those that came with Strata."""
    if targets.base.has_field(DebianPackagesLockfileField):
        yield targets.base[DebianPackagesLockfileField].path
    if not is_standalone(targets.interpreter):
        yield targets.interpreter[InterpreterLockfileField].path


def _shipped(targets: _Targets, debian: DebianSubsystem, interpreter: Interpreter) -> Iterator[Material]:
    """Yield the locks that came with Strata."""
    if targets.base.has_field(DebianPackagesLockfileField) and not targets.base[DebianPackagesLockfileField].path:
        release = release_of(targets.base, debian)
        yield _lock(f"strata:base {release}", shipped_base_lock(release).encode(), debian=True)
    if not targets.interpreter[InterpreterLockfileField].path:
        feature = feature_version(interpreter.version)
        if is_standalone(targets.interpreter):
            text = shipped_standalone_lock(feature).encode()
            yield _lock(f"strata:standalone CPython {feature}", text, debian=False)
        else:
            yield _lock(f"strata:CPython {feature}", shipped_interpreter_lock(feature).encode(), debian=True)
    if not targets.installer[InstallerLockfileField].path:
        tool = targets.installer[InstallerToolField].value
        yield _lock(f"strata:{tool}", shipped_lock(tool).encode(), debian=False)


@rule
async def common_materials(
    request: CommonMaterialsRequest, debian: DebianSubsystem, python: PythonSetup, machine: HostPlatform
) -> CommonMaterials:
    """Return what all images upon a venv were built from; the interpreter also for the machine that makes bytes."""
    venv = request.venv
    locked = await get_locked_venv(venv)
    targets = _Targets(
        base=await engine.target(venv.base),
        interpreter=await engine.target(venv.interpreter),
        installer=await engine.target(locked.installer.address),
        venv=await engine.target(venv.address),
    )
    own = await get_interpreter(InterpreterRequest(venv.interpreter, venv.platform))
    builder = await get_interpreter(InterpreterRequest(venv.interpreter, host_platform(machine)))
    return CommonMaterials(
        FrozenDict({field.name: str(getattr(targets, field.name).address) for field in fields(targets)}),
        (
            *await _base(targets.base, venv.platform, debian),
            *(await _interpreter(own, "interpreter", debian) if request.has_interpreter else ()),
            *await _interpreter(builder, "build", debian),
        ),
        (
            *(await _installer(locked.installer) if request.has_installed else ()),
            *await _locks(targets, debian, python, own),
        ),
    )


get_common_materials = engine.asker(common_materials)


async def materials_of(built: BuiltImage, common: CommonMaterials) -> tuple[Material, ...]:
    """Return the materials of an image, with those that it has in common with others."""
    fetched = [wheel.built_from or wheel for wheel in built.locked]
    hashes = await fetched_hashes(built.locked)
    wheels = (
        Material(wheel.file, hashes[wheel.file], "dependencies", pypi_purl(wheel.name, wheel.version))
        for wheel in fetched
    )
    return (*common.system, *wheels, *common.rest)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
