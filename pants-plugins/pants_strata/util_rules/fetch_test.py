from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from pants.engine.fs import EMPTY_DIGEST, DigestEntries, DigestSubset, FileDigest, FileEntry, RemovePrefix
from pants.engine.fs import Digest as PantsDigest

from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.host import HostPrepared
from pants_strata.library_process import Answer
from pants_strata.util_rules import fetch as module
from strata.errors import StrataError
from strata.protocol import fetch_debian, fetch_wheel
from support.mocked_rules import origin, run_mocked

DEBIAN = fetch_debian.Request("libc6", "1", "debian", "pool/libc6.deb", 5, "a" * 64)
WHEEL = fetch_wheel.Request(
    "demo", "1", ("b" * 64, "a" * 64), "py3-none-any", python="3.13", platform="any", sdist=False
)


def fetched(wanted: Any, fingerprint: str) -> FetchResult:
    """Fetch with a cache that says `libc6.deb` is a file with this hash."""

    async def step(*_: Any, **__: Any) -> None:
        pass

    async def answer(_: Any) -> Answer[fetch_debian.Result]:
        return Answer(EMPTY_DIGEST, fetch_debian.Result("libc6.deb"), None, origin())

    entry = FileEntry("files/libc6.deb", FileDigest(fingerprint, 5))
    with patch.object(module, "on_host", step), patch.object(module, "answer", answer):
        found: FetchResult = run_mocked(
            module.fetch,
            [FetchRequest(wanted, "Fetch"), HostPrepared()],
            {
                (PantsDigest, DigestSubset): lambda subset: subset.digest,
                (PantsDigest, RemovePrefix): lambda _: EMPTY_DIGEST,
                (DigestEntries, PantsDigest): lambda _: DigestEntries([entry]),
            },
        )
    return found


@pytest.mark.parametrize("wanted", [DEBIAN, WHEEL])
def test_a_file_that_the_lock_names(wanted: Any) -> None:
    assert fetched(wanted, "a" * 64).name == "libc6.deb"


@pytest.mark.parametrize("wanted", [DEBIAN, WHEEL])
def test_a_file_that_a_cache_made_up(wanted: Any) -> None:
    with pytest.raises(StrataError) as caught:
        fetched(wanted, "c" * 64)
    assert str(caught.value) == (
        "The result of fetching libc6.deb is a file that the lock does not name.\n"
        f"Found:\n  sha256 {'c' * 64}\n"
        "Fix: trust the cache that it comes from no more until you know why; build without it: "
        "`./pants --no-remote-cache-read --no-local-cache package ::`."
    )
