from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.locks.version_range import allows


@pytest.mark.parametrize(
    "ranges, inside, outside",
    [
        ("*", "0.1 1.0rc1", ""),
        ("", "0.1", ""),
        ("^1.2.3", "1.2.3 1.9", "1.2.2 2.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("^0.0", "0.0.9", "0.1"),
        ("^0", "0.9", "1.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.3"),
        ("~1.2", "1.2 1.2.9", "1.3"),
        ("~1", "1.9", "2.0"),
        ("~=1.4.5", "1.4.9", "1.5"),
        ("1.2", "1.2.0", "1.2.1"),
        ("=1.2", "1.2", "1.3"),
        ("<>1.2", "1.3", "1.2"),
        ("1.2.*", "1.2.9", "1.3"),
        ("1.x", "1.9", "2.0"),
        ("!=3.0.*,!=3.1.*, >=2.7", "2.7 3.2", "3.0.1 3.1 2.6"),
        (">=1.5.6,<1.5.7 || >1.5.7,<2.0", "1.5.6 1.6", "1.5.7 2.0"),
        (">=1 <2", "1.5", "2"),
        (">= 1, < 2,", "1.5", "2"),
        ("<1|>2", "0.5 3", "1.5"),
    ],
)
def test_ranges(ranges: str, inside: str, outside: str) -> None:
    assert [version for version in inside.split() if not allows(ranges, version, "")] == []
    assert [version for version in outside.split() if allows(ranges, version, "")] == []


@pytest.mark.parametrize(
    "ranges, version, message",
    [
        (">>1", "1", "poetry.lock: this is not a range of versions.\nFound:\n  >>1\n"),
        ("^x.1", "1", "poetry.lock: this is not a range of versions.\nFound:\n  ^x.1\n"),
        (">=1", "one", "poetry.lock: this is not a version (PEP 440).\nFound:\n  one\n"),
    ],
)
def test_what_is_none(ranges: str, version: str, message: str) -> None:
    with pytest.raises(StrataError) as refused:
        allows(ranges, version, "poetry.lock")
    assert str(refused.value) == (
        f"{message}Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )


@given(st.text("^~=<>!|,.* v1290xab"), st.text("1209.abrcv"))
def test_anything_is_read_or_refused(ranges: str, version: str) -> None:
    with suppress(StrataError):
        allows(ranges, version, "")
