"""Damaged standard locks: 10,000 of them are each read or refused with an error for the user."""

from __future__ import annotations

from unittest.mock import patch

import tomli

from strata.errors import StrataError
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.pylock.lock import read_pylock
from strata.locks.toml_table import Table
from strata.locks.wanted import Wanted
from strata.oci.platform import Platform
from support.lockfiles.mutations import damaged_texts, damaged_values
from support.lockfiles.pylocks import EXAMPLE

PLATFORM = Platform("linux", "amd64")
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)
WANTED = Wanted.of(["test"], ["http"], marker_environment("3.13.5", PLATFORM), TAGS)


def _outcome(text: str) -> str:
    try:
        found = read_pylock(text, "pylock.toml", WANTED)
    except StrataError as refused:
        return str(refused)
    return f"read {found}"


def test_damaged_text() -> None:
    found = [_outcome(text) for text in damaged_texts(EXAMPLE, 5000)]
    assert 50 < sum(outcome.startswith("read") for outcome in found) < 4950


def test_damaged_values() -> None:
    """The parser of TOML gives what it is told to, so that no writer of TOML is needed."""
    found = []
    for values in damaged_values(tomli.loads(EXAMPLE), 5000):
        with patch("strata.locks.pylock.lock.read_toml", return_value=Table("pylock.toml", values)):
            found.append(_outcome(""))
    assert 100 < sum(outcome.startswith("read") for outcome in found) < 4500
