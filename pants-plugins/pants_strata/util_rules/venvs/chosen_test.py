from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

import pytest

from pants_strata.artifacts.wheel import LockedWheel
from strata.errors import StrataError
from support.venvs.locked_wheels import DIGEST, LARGE, LockedWheels


def chosen(
    requires: Mapping[str, Sequence[str]], roots: Optional[Sequence[str]], built: Sequence[LockedWheel] = ()
) -> tuple[list[str], list[str]]:
    """Return the names of the wheels that were fetched, in that order, and of those that are chosen."""
    lock = LockedWheels(requires)
    found = lock.choose(roots, built)
    return lock.fetched, [wheel.name for wheel in found]


def test_each_round_fetches_what_the_last_one_requires() -> None:
    requires = {"app": ["b>=1", "c"], "b": ["d"], "c": ["d", "not-locked"], "d": ["app"], "unneeded": []}
    assert chosen(requires, ["app"]) == (["app", "b", "c", "d"],) * 2


def test_extras_and_markers_decide_what_is_needed() -> None:
    requires = {
        "app": ["b; extra == 'fast'", "c; extra == 'slow'", "d; sys_platform == 'win32'"],
        "b": ["App[slow]"],
        "c": [],
        "d": [],
    }
    assert chosen(requires, ["app[fast]"]) == (["app", "b", "c"],) * 2


def test_all_of_the_lock_is_one_round() -> None:
    assert chosen({"app": ["b"], "b": [], "unneeded": []}, None) == (["app", "b", "unneeded"],) * 2


def test_built_wheels_are_there_with_what_they_require() -> None:
    built = [
        LockedWheel("own", "1.2", "own-1.2-py3-none-any.whl", LARGE, ("b", "other-own"), ("own",), DIGEST),
        LockedWheel("other-own", "1.2", "other_own-1.2-py3-none-any.whl", LARGE, ("c",), ("other",), DIGEST),
    ]
    requires: Mapping[str, Sequence[str]] = {"app": [], "b": [], "c": [], "unneeded": []}
    assert chosen(requires, ["app"], built) == (["app", "b", "c"], ["own", "other-own", "app", "b", "c"])
    assert chosen({"app": [], "unneeded": []}, None, built) == (
        ["app", "unneeded"],
        ["own", "other-own", "app", "unneeded"],
    )


def test_metadata_that_cannot_be_read() -> None:
    with pytest.raises(StrataError) as caught:
        chosen({"app": ["b; no marker"], "b": []}, ["app"])
    assert str(caught.value).startswith("third:venv: ")
    assert "b; no marker" in str(caught.value)
