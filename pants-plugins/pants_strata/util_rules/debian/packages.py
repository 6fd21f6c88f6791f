"""Locked Debian packages: read the lock, fetch each file; where the mirror dropped one, renew or say how.

Inputs: the lock file. Key of each fetch: repository, pool path, size, sha256.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pants.engine.fs import Digest
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_lock import DebianLockRequest
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.fetched_file import FetchRequest
from pants_strata.subsystem import DebianSubsystem, Gone
from pants_strata.util_rules.debian.lock import get_resolved_debian_lock
from pants_strata.util_rules.fetch import get_fetched_files
from strata.debian.defaults import DEBUG_ROOTS
from strata.debian.lock import DebianLock, LockedPackage, changes
from strata.debian.lock_reader import read_debian_lock
from strata.debian.shipped import RELEASES, shipped_base_lock, shipped_debug_lock, shipped_interpreter_lock
from strata.errors import StrataError
from strata.errors import debian as errors
from strata.errors.fetch import PackageGone
from strata.errors.targets import lock_is_missing, lock_is_stale
from strata.interpreters.debian_versions import wanted_python_version
from strata.protocol import fetch_debian
from strata.protocol.package import Package

_logger = logging.getLogger(__name__)


async def _read(request: DebianLockRequest) -> DebianLock:
    if not request.lockfile:
        return _shipped(request)
    files = await engine.repository_files([request.lockfile])
    if request.lockfile not in files:
        raise lock_is_missing(request.lockfile)
    return read_debian_lock(files[request.lockfile].decode("utf-8", "replace"), request.lockfile)


def _shipped(request: DebianLockRequest) -> DebianLock:
    """Return the lock that comes with Strata. Raise StrataError where it is one for other fields or options."""
    if request.release not in RELEASES.values():
        raise errors.no_shipped_lock([f"release: Strata brings locks of {', '.join(RELEASES.values())}"])
    if request.python:
        text = shipped_interpreter_lock(request.python.feature)
    else:
        shipped = shipped_debug_lock if request.inputs.roots == DEBUG_ROOTS else shipped_base_lock
        text = shipped(request.release)
    return read_debian_lock(text, "the lock that comes with Strata")


def _check(lock: DebianLock, packages: tuple[LockedPackage, ...], request: DebianLockRequest) -> None:
    if request.python:
        wanted_python_version(packages, request.python.version)
    if lock.made_from != request.inputs:
        found = errors.differences(asdict(lock.made_from), asdict(request.inputs))
        raise lock_is_stale(request.lockfile, found) if request.lockfile else errors.no_shipped_lock(found)


async def locked_packages(request: DebianPackagesRequest) -> tuple[LockedPackage, ...]:
    """Return the packages of a lock, and fetch none. Raise StrataError for a lock that is not the one of its target."""
    try:
        lock = await _read(request.lock)
        packages = lock.packages(str(request.platform))
        _check(lock, packages, request.lock)
    except StrataError as error:
        raise error.at(str(request.lock.address)) from None
    return packages


@rule
async def fetch_debian_packages(request: DebianPackagesRequest, debian: DebianSubsystem) -> DebianPackages:
    """Return the files of locked Debian packages. Raise StrataError where the lock or the mirror lacks one."""
    where = str(request.lock.address)
    packages = await locked_packages(request)
    results = await get_fetched_files(_fetch_requests(packages))
    gone = [result.error for result in results if isinstance(result.error, PackageGone)]
    # Nobody can renew a lock that comes with Strata, and the index is signed.
    if gone and (debian.gone is Gone.renew or not request.lock.lockfile):
        renewed = (await get_resolved_debian_lock(request.lock)).lock.packages(str(request.platform))
        _logger.warning(
            errors.built_with_renewed(where, changes(packages, renewed))
            if request.lock.lockfile
            else errors.built_with_newer_than_shipped(where, changes(packages, renewed))
        )
        packages = renewed
        results = await get_fetched_files(_fetch_requests(packages))
    for result in results:
        if result.error is not None:
            raise result.error.at(where)
    return DebianPackages(
        packages, FrozenDict({package.name: result.digest for package, result in zip(packages, results)})
    )


get_debian_packages = engine.asker(fetch_debian_packages)


def _fetch_requests(packages: tuple[LockedPackage, ...]) -> Iterable[FetchRequest]:
    for number, package in enumerate(packages, 1):
        yield FetchRequest(
            fetch_debian.Request(
                name=package.name,
                version=package.version,
                repository=package.repository,
                path=package.path,
                size=package.size,
                sha256=package.sha256,
            ),
            f"Fetch Debian's {package.name} {package.version} ({number} of {len(packages)})",
        )


async def unpack_inputs(
    packages: Iterable[LockedPackage], debs: FrozenDict[str, Digest]
) -> tuple[Digest, tuple[Package, ...]]:
    """Return the files of packages below `debs/`, and the packages as requests of the library name them."""
    chosen = tuple(packages)
    digest = await engine.under("debs", await engine.merge(debs[package.name] for package in chosen))
    return digest, tuple(Package(package.name, package.version, Path("debs", package.file_name)) for package in chosen)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
