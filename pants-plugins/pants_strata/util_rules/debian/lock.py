"""What the signed package index of the mirror holds now, for the inputs of a lock.

Never cached beyond a run of Pants: the index changes, and only the lock that is made from it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_lock import DebianIndex, DebianIndexRequest, DebianLockRequest, ResolvedDebianLock
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.python_version import WantedPython
from pants_strata.library_process import answer, on_host
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.platforms import locked_platforms
from strata.debian.closure import resolve_closure
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import DebianLock, LockedPackage, PlatformPackages
from strata.debian.platform import debian_platform
from strata.debian.releases import find_release
from strata.errors import StrataError
from strata.errors import pythons as errors
from strata.interpreters.availability import SOURCES, who_has
from strata.interpreters.debian_versions import is_of, python_version
from strata.protocol import fetch_debian_index

_INDEXES = "indexes"


@rule
async def read_debian_index(request: DebianIndexRequest, host: HostPrepared) -> DebianIndex:
    """Return the signed index of a mirror, or the error of reading it."""
    names = f"{', '.join(request.suites)} for {request.architecture}"
    step = await on_host(
        host,
        fetch_debian_index.Request(
            suites=request.suites, components=request.components, architectures=(request.architecture,)
        ),
        output_directories=(_INDEXES,),
        description=f"Fetch and verify Debian's package index of {names}",
        cache_scope=ProcessCacheScope.PER_SESSION,
    )
    answered = await answer(step)
    if answered.value is None:
        return DebianIndex(error=answered.error)
    files = await engine.contents(await engine.only(answered.files, [f"{_INDEXES}/*"]))
    return DebianIndex(
        PackageIndex(
            IndexText(index.repository, files[f"{_INDEXES}/{index.file}"].decode("utf-8", "replace"))
            for index in sorted(answered.value.indexes, key=lambda index: index.file)
        ),
        answered.value.released,
    )


get_debian_index = engine.asker(read_debian_index)


@rule
async def resolve_debian_lock(
    request: DebianLockRequest, debian: DebianSubsystem, strata: StrataSubsystem
) -> ResolvedDebianLock:
    """Return the lock that the index of the mirror gives now."""
    inputs = request.inputs
    platforms, dates = [], []
    for platform in locked_platforms(strata, debian):
        try:
            architecture = debian_platform(platform).architecture
            found = await get_debian_index(DebianIndexRequest(inputs.suites, inputs.components, architecture))
            if found.error is not None:
                raise found.error
            assert found.index is not None
            if request.python is not None:
                check_python_is_there(found.index, request.python, request.release)
            packages = resolve_closure(found.index, inputs.roots, inputs.excluded)
            if request.python is not None:
                check_python_version(packages, request.python, request.release)
        except StrataError as error:
            raise error.at(str(request.address)) from None
        platforms.append(PlatformPackages(platform, packages))
        dates.append(found.released)
    # All of the lock is at least as new as the oldest of these.
    return ResolvedDebianLock(DebianLock(inputs, tuple(platforms), min(dates, default="")))


def check_python_is_there(index: PackageIndex, python: WantedPython, release: str) -> None:
    """Raise StrataError where the index has other versions of CPython: the user named a version and no package."""
    if index.find(f"python{python.feature}") is None:
        candidates = (f"3.{minor}" for minor in range(100))
        raise _lacks_python(python, release, [each for each in candidates if index.find(f"python{each}") is not None])


def check_python_version(packages: tuple[LockedPackage, ...], python: WantedPython, release: str) -> None:
    """Raise StrataError where the release has another patch version than the one that is asked for."""
    version = python_version(packages)
    if not is_of(version, python.version):
        raise _lacks_python(python, release, [version])


def _lacks_python(python: WantedPython, name: str, found: Sequence[str]) -> StrataError:
    release = str(find_release(name) or f"Debian {name}")
    others = [str(source) for source in SOURCES if source.name != release]
    lines = [f"{release} has CPython {', '.join(found) or 'in no version'}", *others]
    serving = who_has(python.version) if python.version == python.feature else ()
    return errors.source_lacks_python(python.version, python.origin, release, lines, serving)


get_resolved_debian_lock = engine.asker(resolve_debian_lock)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
