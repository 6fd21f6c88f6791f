from __future__ import annotations

import hashlib
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.wheels.record import RecordedHash, Summary, is_regular, record_text, recorded_hashes, with_regular_record
from support.wheels import INFO, METADATA, write_wheel

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


EMPTY = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


def test_hashes_are_read() -> None:
    text = f'"a,b.py",sha256={EMPTY},0\nsha.py,sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,\nnone.py,,\ndemo/RECORD,,\n'
    assert {name: RecordedHash.parse(found) for name, found in recorded_hashes(text).items()} == {
        "a,b.py": RecordedHash("sha256", hashlib.sha256(b"").digest()),
        "sha.py": RecordedHash("sha1", hashlib.sha1(b"").digest()),
    }


@pytest.mark.parametrize(
    "row",
    [
        f"a.py,sha256={EMPTY}",
        f"a.py,sha256={EMPTY},x",
        f"a.py,sha256={EMPTY},0,",
        f",sha256={EMPTY},0",
        f"a.py,{EMPTY},0",
        "a.py,,",
    ],
)
def test_rows_that_cannot_be_read_are_not_there(row: str) -> None:
    assert recorded_hashes(f"{row}\nb.py,sha256={EMPTY}=,0\n") == {"b.py": f"sha256={EMPTY}="}


@pytest.mark.parametrize(
    "text", [f"={EMPTY}", "sha256=AAAA", "sha256=!!!!", "md5=A", "sha256=é", "shake_128=", "unknown=AAAA", "sha256\0="]
)
def test_hashes_that_cannot_be_compared(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        RecordedHash.parse(text)


@given(st.text())
def test_any_record_is_judged(text: str) -> None:
    assert is_regular(text) in (True, False)
    for found in recorded_hashes(text).values():
        with suppress(ValueError):
            assert RecordedHash.parse(found).digest


# csv differs between versions of Python on the other two.
@given(st.text(st.characters(blacklist_characters="\r\0", blacklist_categories=("Cs",)), min_size=1), st.binary())
def test_what_is_written_is_read(path: str, content: bytes) -> None:
    text = record_text([Summary.of(BytesIO(content)).row(path)])
    assert RecordedHash.parse(recorded_hashes(text)[path]) == RecordedHash("sha256", hashlib.sha256(content).digest())


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
