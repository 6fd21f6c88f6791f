"""The page on the design says which package may import which, as the test of arrows has it."""

from __future__ import annotations

import re
from pathlib import Path

from strata.arrows_test import ARROWS, ROOT

_ROW = re.compile(r"^\| `(\w+)/` \| [^|]* \|([^|]*)\|$", re.MULTILINE)
_WITHOUT_ERRORS = {"attest", "errors", "lint", "protocol", "report", "start"}


def test_the_table_of_imports() -> None:
    page = Path("docs/design.md").read_text(encoding="utf-8")
    _, _, tables = page.partition("| in the library |")
    told = {package: set(re.findall(r"`(\w+)`", cell)) for package, cell in _ROW.findall(tables)}
    arrows = {package: set(may) - {"errors"} for package, may in ARROWS.items() if (ROOT / package).is_dir()}
    assert told == arrows
    assert {package for package in told if "errors" not in ARROWS[package]} == _WITHOUT_ERRORS
