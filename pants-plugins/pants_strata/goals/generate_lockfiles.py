"""`./pants generate-lockfiles`: a resolve for each target whose lock Strata makes, named by the target's address.

These are the targets `debian_packages`, `oci_base`, `python_interpreter` and `python_installer` that have a `lockfile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Callable

from debian.debian_support import Version
from pants.core.goals.generate_lockfiles import (
    GenerateLockfile,
    GenerateLockfileResult,
    KnownUserResolveNames,
    KnownUserResolveNamesRequest,
    LockfileDiff,
    LockfilePackages,
    RequestedUserResolveNames,
    UserGenerateLockfiles,
)
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import AllTargets, Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.debian_lock import DebianLockRequest
from pants_strata.artifacts.installer import InstallerLockRequest
from pants_strata.artifacts.oci_base import BaseLockRequest
from pants_strata.artifacts.standalone import StandaloneLockRequest
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import (
    DebianPackagesLockfileField,
    InstallerLockfileField,
    InstallerToolField,
    InstallerVersionField,
    InterpreterLockfileField,
    OciBaseImageField,
    OciBaseLockfileField,
    OciBaseTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
)
from pants_strata.util_rules.debian.lock import get_resolved_debian_lock
from pants_strata.util_rules.installer_lock import get_resolved_installer_lock
from pants_strata.util_rules.interpreters.python_version import wanted_python
from pants_strata.util_rules.interpreters.standalone import get_resolved_standalone_lock
from pants_strata.util_rules.lock_requests import base_lock, interpreter_lock, is_standalone, standalone_lock
from pants_strata.util_rules.lookup import default_interpreter
from pants_strata.util_rules.oci_base.lock import get_resolved_base_lock
from strata.bases.lock import BaseLock, base_lock_text, read_base_lock
from strata.debian.lock import DebianLock, debian_lock_text
from strata.debian.lock_reader import read_debian_lock
from strata.errors import StrataError
from strata.standalone.lock import standalone_lock_text


class KnownResolvesRequest(KnownUserResolveNamesRequest):
    """The request for the targets whose locks can be made, by their addresses."""


class RequestedResolves(RequestedUserResolveNames):
    """The request for the locks of the targets that `--resolve` names."""


@dataclass(frozen=True)
class GenerateDebianLockfile(GenerateLockfile):
    """The request for a new lock of Debian packages."""

    lock: DebianLockRequest


@dataclass(frozen=True)
class GenerateStandaloneLockfile(GenerateLockfile):
    """The request for a new lock of a standalone build of CPython."""

    lock: StandaloneLockRequest


@dataclass(frozen=True)
class GenerateInstallerLockfile(GenerateLockfile):
    """The request for a new lock of an installer."""

    lock: InstallerLockRequest


@dataclass(frozen=True)
class GenerateBaseLockfile(GenerateLockfile):
    """The request for a new lock of an image in a registry."""

    lock: BaseLockRequest


_LOCKFILES = (DebianPackagesLockfileField, InterpreterLockfileField, InstallerLockfileField, OciBaseLockfileField)


def _has_lock(target: Target) -> bool:
    return any(target.has_field(kind) and target[kind].value is not None for kind in _LOCKFILES)


async def _generate_request(
    target: Target, debian: DebianSubsystem, standalone: StandaloneSubsystem, strata: StrataSubsystem
) -> GenerateLockfile:
    name = target.address.spec
    if target.alias == PythonInstallerTarget.alias:
        interpreter = await default_interpreter(strata)
        installer = InstallerLockRequest(
            address=target.address,
            lockfile=target[InstallerLockfileField].path,
            tool=target[InstallerToolField].value,
            version=target[InstallerVersionField].value or "",
            python=(await wanted_python(interpreter, debian)).feature,
        )
        return GenerateInstallerLockfile(name, installer.lockfile, diff=False, lock=installer)
    if target.alias == OciBaseTarget.alias:
        base = BaseLockRequest(target.address, target[OciBaseImageField].value, target[OciBaseLockfileField].path)
        return GenerateBaseLockfile(name, base.lockfile, diff=True, lock=base)
    if target.alias == PythonInterpreterTarget.alias:
        python = await wanted_python(target, debian)
        if is_standalone(target):
            build = standalone_lock(target, standalone, python)
            return GenerateStandaloneLockfile(name, build.lockfile, diff=False, lock=build)
        lock = interpreter_lock(target, debian, python)
    else:
        lock = base_lock(target, debian)
    return GenerateDebianLockfile(name, lock.lockfile, diff=True, lock=lock)


@rule
def known_resolves(_: KnownResolvesRequest, targets: AllTargets) -> KnownUserResolveNames:
    """Return the addresses of the targets whose locks can be made."""
    return KnownUserResolveNames(
        names=tuple(target.address.spec for target in targets if _has_lock(target)),
        option_name="the addresses of `debian_packages`, `oci_base`, `python_interpreter` and `python_installer` "
        "targets",
        requested_resolve_names_cls=RequestedResolves,
    )


@rule
async def requested_resolves(
    requested: RequestedResolves,
    targets: AllTargets,
    debian: DebianSubsystem,
    standalone: StandaloneSubsystem,
    strata: StrataSubsystem,
) -> UserGenerateLockfiles:
    """Return a request for the lock of each target that `--resolve` names."""
    wanted = [target for target in targets if _has_lock(target) and target.address.spec in requested]
    return UserGenerateLockfiles([await _generate_request(target, debian, standalone, strata) for target in wanted])


@rule
async def generate_debian_lockfile(request: GenerateDebianLockfile) -> GenerateLockfileResult:
    """Return a new lock of Debian packages, with what changed in it."""
    new = (await get_resolved_debian_lock(request.lock)).lock
    path = request.lockfile_dest
    old = (await engine.repository_files([path])).get(path)
    return GenerateLockfileResult(
        await engine.create({path: debian_lock_text(new).encode()}),
        request.resolve_name,
        path,
        _diff(
            request,
            lambda: _packages_of_debian(read_debian_lock((old or b"").decode("utf-8", "replace"), path)),
            _packages_of_debian(new),
        ),
    )


@rule
async def generate_standalone_lockfile(request: GenerateStandaloneLockfile) -> GenerateLockfileResult:
    """Return a new lock of a standalone build of CPython."""
    new = (await get_resolved_standalone_lock(request.lock)).lock
    return GenerateLockfileResult(
        await engine.create({request.lockfile_dest: standalone_lock_text(new).encode()}),
        request.resolve_name,
        request.lockfile_dest,
    )


@rule
async def generate_installer_lockfile(request: GenerateInstallerLockfile) -> GenerateLockfileResult:
    """Return a new lock of an installer."""
    new = await get_resolved_installer_lock(request.lock)
    return GenerateLockfileResult(
        await engine.create({request.lockfile_dest: new.text.encode()}), request.resolve_name, request.lockfile_dest
    )


@rule
async def generate_base_lockfile(request: GenerateBaseLockfile) -> GenerateLockfileResult:
    """Return a new lock of an image in a registry, with what changed among its Debian packages."""
    new = (await get_resolved_base_lock(request.lock)).lock
    path = request.lockfile_dest
    old = (await engine.repository_files([path])).get(path)
    return GenerateLockfileResult(
        await engine.create({path: base_lock_text(new).encode()}),
        request.resolve_name,
        path,
        _diff(request, lambda: _packages_of_base(read_base_lock(old or b"", path)), _packages_of_base(new)),
    )


# Platform → name → version.
_Packages = Mapping[str, Mapping[str, str]]


def _diff(request: GenerateLockfile, old: Callable[[], _Packages], new: _Packages) -> LockfileDiff | None:
    """Return what changed, for the goal to print; nothing where the old lock cannot be read and is being replaced."""
    try:
        before = old()
    except StrataError:
        return None
    return LockfileDiff.create(request.lockfile_dest, request.resolve_name, _versions(before), _versions(new))


def _versions(packages: _Packages) -> LockfilePackages:
    several = len(packages) > 1
    return LockfilePackages(
        {
            f"{name} ({platform})" if several else name: Version(version)
            for platform, versions in packages.items()
            for name, version in versions.items()
        }
    )


def _packages_of_debian(lock: DebianLock) -> _Packages:
    return {entry.platform: {each.name: each.version for each in entry.packages} for entry in lock.platforms}


def _packages_of_base(lock: BaseLock) -> _Packages:
    return {platform: locked.findings.packages for platform, locked in lock.platforms.items()}


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (
        *collect_rules(),
        UnionRule(GenerateLockfile, GenerateBaseLockfile),
        UnionRule(GenerateLockfile, GenerateDebianLockfile),
        UnionRule(GenerateLockfile, GenerateInstallerLockfile),
        UnionRule(GenerateLockfile, GenerateStandaloneLockfile),
        UnionRule(KnownUserResolveNamesRequest, KnownResolvesRequest),
        UnionRule(RequestedUserResolveNames, RequestedResolves),
    )
