"""The page about security lists every limit of the library with its value."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path("docs/security.md").read_text(encoding="utf-8")
MODULES = sorted(".".join(file.with_suffix("").parts[1:]) for file in Path("src/strata").rglob("limits.py"))
UNITS = {"": 1, "Ki": 1 << 10, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def listed(module: str) -> dict[str, int]:
    """Return name → value, from the table whose first heading is the module."""
    table = PAGE.partition(f"| `{module}` | limit | of |\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\d+) ?(\w*) \| .+ \|$", table, re.MULTILINE)
    return {name: int(number) * UNITS[unit] for name, number, unit in rows}


def test_modules_are_seen() -> None:
    assert "strata.fetch.limits" in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_each_limit_is_listed(module: str) -> None:
    values = vars(importlib.import_module(module))
    assert listed(module) == {name: value for name, value in values.items() if name.isupper()}
