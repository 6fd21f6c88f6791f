"""`./pants generate-lockfiles`: a resolve for each target with a lock of Debian packages, named by its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
from pants_strata.artifacts import DebianLockRequest
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import DebianPackagesTarget, PythonInterpreterTarget
from pants_strata.util_rules import interpreter, os_packages
from strata.errors import StrataError
from strata.plan.debian_lock import DebianLock, write_lock
from strata.plan.debian_lock_reader import read_lock


class KnownDebianResolvesRequest(KnownUserResolveNamesRequest):
    pass


class RequestedDebianResolves(RequestedUserResolveNames):
    pass


@dataclass(frozen=True)
class GenerateDebianLockfile(GenerateLockfile):
    lock: DebianLockRequest


@rule
def known_debian_resolves(_: KnownDebianResolvesRequest, targets: AllTargets) -> KnownUserResolveNames:
    return KnownUserResolveNames(
        names=tuple(target.address.spec for target in targets if _has_debian_lock(target)),
        option_name="the addresses of `debian_packages` and `python_interpreter` targets",
        requested_resolve_names_cls=RequestedDebianResolves,
    )


@rule
def requested_debian_resolves(
    requested: RequestedDebianResolves, targets: AllTargets, debian: DebianSubsystem
) -> UserGenerateLockfiles:
    locks = [
        _lock_request(target, debian)
        for target in targets
        if _has_debian_lock(target) and target.address.spec in requested
    ]
    return UserGenerateLockfiles(
        GenerateDebianLockfile(
            resolve_name=lock.address.spec,
            lockfile_dest=lock.lockfile,
            diff=True,
            lock=lock,
        )
        for lock in locks
    )


@rule
async def generate_debian_lockfile(request: GenerateDebianLockfile) -> GenerateLockfileResult:
    new = (await engine.resolve_debian_lock(request.lock)).lock
    path = request.lockfile_dest
    old = (await engine.repository_files([path])).get(path)
    return GenerateLockfileResult(
        await engine.create({path: write_lock(new).encode()}),
        request.resolve_name,
        path,
        _diff(request, old.decode("utf-8", "replace"), new) if old is not None else None,
    )


def _diff(request: GenerateDebianLockfile, old_text: str, new: DebianLock) -> LockfileDiff | None:
    """What changed, for the goal to print; nothing where the old lock cannot be read and is being replaced."""
    try:
        old = read_lock(old_text, request.lockfile_dest)
    except StrataError:
        return None
    return LockfileDiff.create(request.lockfile_dest, request.resolve_name, _versions(old), _versions(new))


def _versions(lock: DebianLock) -> LockfilePackages:
    several = len(lock.platforms) > 1
    return LockfilePackages(
        {
            f"{package.name} ({entry.platform})" if several else package.name: Version(package.version)
            for entry in lock.platforms
            for package in entry.packages
        }
    )


def _has_debian_lock(target: Target) -> bool:
    return target.alias in (DebianPackagesTarget.alias, PythonInterpreterTarget.alias)


def _lock_request(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    if target.alias == PythonInterpreterTarget.alias:
        return interpreter.lock_request(target, debian)
    return os_packages.lock_request(target, debian)


def rules() -> Iterable[Rule | UnionRule]:
    return (
        *collect_rules(),
        UnionRule(GenerateLockfile, GenerateDebianLockfile),
        UnionRule(KnownUserResolveNamesRequest, KnownDebianResolvesRequest),
        UnionRule(RequestedUserResolveNames, RequestedDebianResolves),
    )
