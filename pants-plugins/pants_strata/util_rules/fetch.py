"""One cached process per fetched file, keyed by what is wanted and its hash (see library_process.on_host)."""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.host import HostPrepared
from pants_strata.library_process import answer, on_host
from pants_strata.progress import FETCHED
from strata.protocol import fetch_debian, fetch_wheel
from strata.protocol.standalone import fetch_standalone

_FILES = "files"


@rule
async def fetch(request: FetchRequest, host: HostPrepared) -> FetchResult:
    """Return a file from outside, or the error of fetching it."""
    step = await on_host(
        host,
        request.wanted,
        description=request.description,
        output_directories=(_FILES,),
        level=LogLevel.DEBUG,
    )
    with FETCHED.step() as counted:
        answered = await answer(step)
        counted.cached, counted.size = answered.cached, _size(request.wanted, answered.value)
    told = answered.value
    if told is None:
        return FetchResult(error=answered.error)
    files = await engine.only(answered.files, [f"{_FILES}/*"])
    return FetchResult(await engine.without_prefix(_FILES, files), told.name, told)


def _size(wanted: object, told: object) -> int:
    """Return the bytes of a file that was fetched, where its request or the result tells them."""
    if isinstance(told, fetch_wheel.Result):
        return told.size
    return wanted.size if isinstance(wanted, (fetch_debian.Request, fetch_standalone.Request)) and told else 0


get_fetched_file = engine.asker(fetch)


async def get_fetched_files(requests: Iterable[FetchRequest]) -> tuple[FetchResult, ...]:
    """Return the file of each request, in their order."""
    return await engine.concurrently(get_fetched_file(request) for request in requests)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
