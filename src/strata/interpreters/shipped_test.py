from __future__ import annotations

import pytest

from strata.debian.shipped import RELEASES
from strata.interpreters.shipped import PYTHONS, STANDALONE_ONLY, shipped_version
from strata.protocol.interpreter import feature_version


def test_each_version_comes_once() -> None:
    assert PYTHONS == ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
    assert not set(STANDALONE_ONLY) & set(RELEASES)


@pytest.mark.parametrize("python", PYTHONS)
def test_its_lock_has_that_version(python: str) -> None:
    assert feature_version(shipped_version(python)) == python
