from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.venv.example_wheel import INFO, METADATA, write_wheel
from strata.venv.record import Summary, is_regular, record_text, with_regular_record

RECORD = f"{INFO}/RECORD"


def test_summary() -> None:
    summary = Summary.of(BytesIO(b"x = 1\n"))
    assert summary.row("demo.py") == ("demo.py", "sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q", "6")
    assert summary.size == 6


def test_text_is_sorted_and_quoted() -> None:
    rows = [("z.py", "", ""), ('a,"b".py', "sha256=x", "1"), ("größe.py", "sha256=y", "2")]
    assert record_text(rows) == '"a,""b"".py",sha256=x,1\ngröße.py,sha256=y,2\nz.py,,\n'


@pytest.mark.parametrize("text", ["", "a.py,sha256=x,1\n", "a.py,,\r\n", '"a,b.py",sha256=x,\n', "a.py,sha256=x,1"])
def test_regular_records(text: str) -> None:
    assert is_regular(text)


@pytest.mark.parametrize(
    "text", ["\n\n", "a.py\n", "a.py,sha256=x\n", ",sha256=x,1\n", "a.py,x,1\n", "a.py,sha256=x,one\n", "a,b,c,d\n"]
)
def test_odd_records(text: str) -> None:
    assert not is_regular(text)


@given(st.text())
def test_any_record_is_judged(text: str) -> None:
    assert is_regular(text) in (True, False)


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)))
def test_what_is_written_is_regular(paths: list[str]) -> None:
    assert is_regular(record_text((path, "sha256=x", "1") for path in paths))


def test_wheel_with_a_regular_record_is_used_as_it_is(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, {"demo.py": "", **METADATA, RECORD: "demo.py,,\n"}).path
    assert with_regular_record(wheel, RECORD, tmp_path / "copies") == wheel


def test_wheel_with_an_odd_record_is_copied(tmp_path: Path) -> None:
    members = {"demo.py": "x = 1\n", **METADATA, RECORD: "demo.py\n\n,,,\n"}
    wheel = write_wheel(tmp_path, members, modes={"demo.py": 0o100755}).path
    folder = tmp_path / "copies"
    folder.mkdir()
    copy = with_regular_record(wheel, RECORD, folder)
    assert copy == folder / wheel.name
    with zipfile.ZipFile(copy) as archive:
        assert sorted(archive.namelist()) == sorted(members)
        assert archive.read("demo.py") == b"x = 1\n"
        assert archive.getinfo("demo.py").external_attr >> 16 == 0o100755
        record = archive.read(RECORD).decode()
    assert is_regular(record)
    assert "demo.py,sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,6\n" in record
