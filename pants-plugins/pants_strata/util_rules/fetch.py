"""One cached process per fetched file, keyed by what is wanted and its hash (see library_process.on_host)."""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.fetched_file import Fetched, FetchRequest, FetchResult
from pants_strata.artifacts.host import HostPrepared
from pants_strata.library_process import answer, on_host
from pants_strata.progress import FETCHED
from strata.errors import machine as errors
from strata.protocol import fetch_debian, fetch_wheel
from strata.protocol.message import Request
from strata.protocol.standalone import fetch_standalone

_FILES = "files"


@rule
async def fetch(request: FetchRequest, host: HostPrepared) -> FetchResult:
    """Return a file from outside, or the error of fetching it.

    Raise StrataError where a cache gives another file than the lock names: the step itself has checked what it fetched.
    """
    step = await on_host(
        host,
        request.wanted,
        description=request.description,
        output_directories=(_FILES,),
        level=LogLevel.DEBUG,
    )
    with FETCHED.step() as counted:
        answered = await answer(step)
        answered.count(counted, _size(request.wanted, answered.value))
    told = answered.value
    if told is None:
        return FetchResult(error=answered.error)
    files = await engine.only(answered.files, [f"{_FILES}/*"])
    found = tuple((await engine.file_hashes(files)).values())
    if not set(found) <= _pinned(request.wanted):
        raise errors.wrong_file(told.name, found)
    return FetchResult(await engine.without_prefix(_FILES, files), told.name, told)


def _size(wanted: object, told: object) -> int:
    """Return the bytes of a file that was fetched, where its request or the result tells them."""
    if isinstance(told, fetch_wheel.Result):
        return told.size
    return wanted.size if isinstance(wanted, (fetch_debian.Request, fetch_standalone.Request)) and told else 0


def _pinned(wanted: Request[Fetched]) -> frozenset[str]:
    """Return the SHA-256 hashes of which a file must have one; nothing where its request names none."""
    if isinstance(wanted, fetch_wheel.Request):
        return frozenset(wanted.hashes)
    return frozenset({wanted.sha256} if isinstance(wanted, (fetch_debian.Request, fetch_standalone.Request)) else ())


get_fetched_file = engine.asker(fetch)


async def get_fetched_files(requests: Iterable[FetchRequest]) -> tuple[FetchResult, ...]:
    """Return the file of each request, in their order."""
    return await engine.concurrently(get_fetched_file(request) for request in requests)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
