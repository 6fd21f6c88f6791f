"""What the signed package index of the mirror holds now, for the inputs of a lock.

Never cached beyond a run of Pants: the index changes, and only the lock that is made from it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts import DebianIndex, DebianIndexRequest, DebianLockRequest, ResolvedDebianLock
from pants_strata.library_process import canonical, failure, on_host
from pants_strata.subsystem import DebianSubsystem
from strata.debian.closure import resolve_closure
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import DebianLock, PlatformPackages, repository_of
from strata.debian.platform import debian_platform
from strata.errors import StrataError

_INDEXES = "indexes"


@rule
async def debian_index(request: DebianIndexRequest) -> DebianIndex:
    names = f"{', '.join(request.suites)} for {request.architecture}"
    process = await on_host(
        "fetch-debian-index",
        canonical(
            {
                "suites": request.suites,
                "components": request.components,
                "architectures": [request.architecture],
            }
        ),
        output_directories=(_INDEXES,),
        description=f"Fetch and verify Debian's package index of {names}",
        cache_scope=ProcessCacheScope.PER_SESSION,
    )
    result = await engine.execute(process)
    error = failure(result, process.description)
    if error is not None:
        return DebianIndex(error=error)
    files = await engine.contents(await engine.only(result.output_digest, [f"{_INDEXES}/*"]))
    # The names of the files: REPOSITORY_SUITE_COMPONENT_ARCHITECTURE_Packages.
    texts = [
        IndexText(repository_of(path.rpartition("/")[2].split("_")[1]), content.decode("utf-8", "replace"))
        for path, content in sorted(files.items())
    ]
    return DebianIndex(PackageIndex(texts))


@rule
async def resolve_debian_lock(request: DebianLockRequest, debian: DebianSubsystem) -> ResolvedDebianLock:
    inputs = request.inputs
    platforms = []
    for platform in sorted(debian.platforms):
        try:
            architecture = debian_platform(platform).architecture
            found = await engine.debian_index(DebianIndexRequest(inputs.suites, inputs.components, architecture))
            if found.error is not None:
                raise found.error
            assert found.index is not None
            packages = resolve_closure(found.index, inputs.roots, inputs.excluded)
        except StrataError as error:
            raise error.at(str(request.address)) from None
        platforms.append(PlatformPackages(platform, packages))
    return ResolvedDebianLock(DebianLock(inputs, tuple(platforms)))


def rules() -> Iterable[Rule]:
    return collect_rules()
