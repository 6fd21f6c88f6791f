from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.check import limits
from strata.check.finding import Finding, Kind
from strata.check.ignores import Ignore, apply_ignores, parse_ignores, read_ignores
from strata.check.severity import Severity
from strata.errors import StrataError

TODAY = date(2026, 11, 25)
FINDING = Finding(Kind.WHEEL, "CVE-1", "jinja2", "3.0", Severity.HIGH, "", aliases=("GHSA-x",))
FIX = "Fix: write a table `[[ignore]]` for each, with `id`, `reason` and a date `until`; `package` may narrow it."


def ignored(*entries: Ignore) -> tuple[Optional[str], str, int]:
    (finding,), used = apply_ignores([FINDING], entries, TODAY)
    return finding.ignored, finding.note, len(used)


def test_an_entry_holds_until_the_end_of_its_day(tmp_path: Path) -> None:
    path = tmp_path / "ignore.toml"
    path.write_text('[[ignore]]\nid = "ghsa-X"\npackage = "jinja2"\nreason = "unused"\nuntil = 2026-11-25\n')
    (entry,) = read_ignores(path)
    assert ignored(entry) == ("unused (until 2026-11-25)", "", 1)
    expired = Ignore("CVE-1", "unused", date(2026, 11, 24))
    assert ignored(expired) == (None, "was ignored until 2026-11-24: unused", 1)
    assert ignored(expired, entry) == ("unused (until 2026-11-25)", "", 2)


def test_an_entry_for_something_else() -> None:
    entries = [Ignore("CVE-2", "r", TODAY), Ignore("CVE-1", "r", TODAY, "click")]
    assert ignored(*entries) == (None, "", 0)
    assert [str(each) for each in entries] == ["CVE-2", "CVE-1 of click"]


@pytest.mark.parametrize(
    "content, problems",
    [
        ("", ["there is no `[[ignore]]`"]),
        ("ignore = [1]", ["entry 1 is no table"]),
        (
            "[[ignore]]\nid = 1\npackage = 2\nuntil = 2026-01-01T00:00:00\nwhy = 3",
            [
                "entry 1 has no text `id`",
                "entry 1 has no text `reason`",
                "entry 1 has a `package` that is no text",
                "entry 1 has no date `until`, as 2026-12-31",
                "entry 1 has an unknown `why`",
            ],
        ),
        ("[other]\n[[ignore]]\nid='a'\nreason='b'\nuntil=2026-01-01", ["other is no table of the list"]),
    ],
)
def test_another_form(content: str, problems: list[str]) -> None:
    with pytest.raises(StrataError) as caught:
        parse_ignores(content.encode(), "i.toml")
    found = "\n".join(f"  {problem}" for problem in problems)
    assert str(caught.value) == f"i.toml is no list of what to ignore.\nFound:\n{found}\n{FIX}"


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IGNORES_BYTES", 3)
    path = tmp_path / "ignore.toml"
    path.write_text("# comment")
    with pytest.raises(StrataError, match="has more than the 3 bytes that are read"):
        read_ignores(path)


@given(st.binary(max_size=60) | st.text("[]ignore=\"'\n123-.", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        entries = parse_ignores(content, "i.toml")
    except StrataError:
        return
    assert all(each.id and each.reason for each in entries)
