"""Standalone builds of CPython: read the lock, fetch the archive; or make a new lock from a release.

Inputs: the lock file. Key of the fetch: file name, URL template, size, sha256.
Errors: a lock that is missing, damaged, or made for something else; a mirror without the file, or with another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.fetched_file import FetchRequest
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.standalone import (
    ResolvedStandaloneLock,
    StandaloneBuild,
    StandaloneBuildRequest,
    StandaloneLockRequest,
)
from pants_strata.library_process import answer, on_host
from pants_strata.util_rules.fetch import get_fetched_file
from strata.errors import StrataError
from strata.errors import standalone as errors
from strata.errors.targets import lock_is_missing, lock_is_stale, lock_of_another_python
from strata.interpreters.debian_versions import is_of
from strata.protocol.standalone import fetch_standalone, fetch_standalone_release
from strata.standalone.lock import LockedArchive, PlatformArchive, StandaloneLock, archive_url
from strata.standalone.lock_reader import read_standalone_lock
from strata.standalone.shipped import PYTHONS, shipped_standalone_lock


async def _read(request: StandaloneLockRequest) -> StandaloneLock:
    if not request.lockfile:
        return _shipped(request)
    files = await engine.repository_files([request.lockfile])
    if request.lockfile not in files:
        raise lock_is_missing(request.lockfile)
    lock = read_standalone_lock(files[request.lockfile].decode("utf-8", "replace"), request.lockfile)
    if not is_of(lock.version, request.version):
        raise lock_of_another_python(lock.version, request.version)
    if lock.made_from != request.inputs:
        raise lock_is_stale(request.lockfile, errors.differences(asdict(lock.made_from), asdict(request.inputs)))
    return lock


def _shipped(request: StandaloneLockRequest) -> StandaloneLock:
    """Return the lock that comes with Strata. Raise StrataError where it is one for another release."""
    if request.inputs.python not in PYTHONS:
        raise errors.no_shipped_lock([f"version: Strata brings locks of CPython {', '.join(PYTHONS)}"])
    lock = read_standalone_lock(shipped_standalone_lock(request.inputs.python), "the lock that comes with Strata")
    if not is_of(lock.version, request.version):
        raise errors.no_shipped_lock([f"version: Strata brings a lock of CPython {lock.version}"])
    if lock.made_from != request.inputs:
        raise errors.shipped_lock_differs(asdict(lock.made_from), asdict(request.inputs))
    return lock


@rule
async def fetch_standalone_build(request: StandaloneBuildRequest) -> StandaloneBuild:
    """Return the archive of a locked standalone build. Raise StrataError where the lock or the mirror lacks it."""
    where = str(request.lock.address)
    try:
        lock = await _read(request.lock)
        archive = lock.archive(str(request.platform))
    except StrataError as error:
        raise error.at(where) from None
    wanted = fetch_standalone.Request(file=archive.file, url=archive.url, size=archive.size, sha256=archive.sha256)
    fetched = await get_fetched_file(FetchRequest(wanted, f"Fetch {archive.file}"))
    if fetched.error is not None:
        raise fetched.error.at(where)
    return StandaloneBuild(lock.version, lock.made_from.release, fetched.name, fetched.digest)


get_standalone_build = engine.asker(fetch_standalone_build)


@rule
async def resolve_standalone_lock(request: StandaloneLockRequest, host: HostPrepared) -> ResolvedStandaloneLock:
    """Return the lock that a release gives. Raise StrataError where the release lacks that version of CPython."""
    inputs = request.inputs
    step = await on_host(
        host,
        fetch_standalone_release.Request(release=inputs.release, python=inputs.python),
        output_directories=(),
        description=f"Find CPython {inputs.python} in the standalone release {inputs.release}",
        cache_scope=ProcessCacheScope.PER_SESSION,
    )
    found = (await answer(step)).value_for(request.address)
    platforms = (
        PlatformArchive(
            each.platform, LockedArchive(each.file, archive_url(inputs.release, each.file), each.size, each.sha256)
        )
        for each in found.archives
    )
    return ResolvedStandaloneLock(StandaloneLock(inputs, found.version, tuple(platforms)))


get_resolved_standalone_lock = engine.asker(resolve_standalone_lock)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
