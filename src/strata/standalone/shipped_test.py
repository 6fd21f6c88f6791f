from __future__ import annotations

import pytest

from strata.standalone.lock import StandaloneInputs, archive_url, standalone_lock_text
from strata.standalone.lock_reader import read_standalone_lock
from strata.standalone.platform import PLATFORMS
from strata.standalone.release import choose_archives
from strata.standalone.shipped import PYTHONS, RELEASE, shipped_standalone_lock


@pytest.mark.parametrize("python", PYTHONS)
def test_locks_are_those_that_the_checksums_of_their_release_give(python: str) -> None:
    text = shipped_standalone_lock(python)
    lock = read_standalone_lock(text, "")
    assert standalone_lock_text(lock) == text
    assert lock.made_from == StandaloneInputs(python, RELEASE)
    assert {entry.platform for entry in lock.platforms} == PLATFORMS.keys()
    chosen = choose_archives({each.archive.file: each.archive.sha256 for each in lock.platforms}, python, RELEASE)
    assert {each.version for each in chosen} == {lock.version}
    for each in chosen:
        archive = lock.archive(each.platform)
        assert (archive.file, archive.sha256) == (each.file, each.sha256)
        assert archive.url == archive_url(RELEASE, each.file)
        # From 20 to 50 MB: a size in another unit would be seen.
        assert 20_000_000 < archive.size < 50_000_000
