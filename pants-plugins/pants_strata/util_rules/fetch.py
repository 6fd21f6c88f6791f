"""One cached process per fetched file, keyed by what is wanted and its hash (see library_process.on_host)."""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts import FetchRequest, FetchResult
from pants_strata.library_process import failure, on_host, told
from pants_strata.progress import FETCHED

_FILES = "files"


@rule
async def fetch(request: FetchRequest) -> FetchResult:
    process = await on_host(
        request.verb,
        request.request,
        description=request.description,
        output_directories=(_FILES,),
        level=LogLevel.DEBUG,
    )
    with FETCHED.step():
        result = await engine.execute(process)
    error = failure(result, request.description)
    if error is not None:
        return FetchResult(error=error)
    files = await engine.only(result.output_digest, [f"{_FILES}/*"])
    snapshot = await engine.snapshot(await engine.without_prefix(_FILES, files))
    (name,) = snapshot.files
    return FetchResult(snapshot.digest, name, await told(result))


def rules() -> Iterable[Rule]:
    return collect_rules()
