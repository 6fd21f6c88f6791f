from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.errors.archive import or_raise
from strata.errors.wheels import unreadable_wheel
from strata.wheels import limits
from strata.wheels.zip_reader import opened_zip
from support.venvs.raw_zip import RawMember, raw_zip

ONE = RawMember("one.py", b"x = 1\n")
TWO = RawMember("two.py", b"y = 2\n" * 100, deflated=True)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "demo-1.0-py3-none-any.whl"
    path.write_bytes(content)
    return path


def read_all(path: Path) -> None:
    with opened_zip(path, unreadable_wheel) as archive:
        for member in archive.members:
            archive.read(member.filename, 1000)


def refused(folder: Path, content: bytes) -> str:
    """Why an archive cannot be read."""
    with pytest.raises(StrataError) as caught:
        read_all(write(folder, content))
    begin = "demo-1.0-py3-none-any.whl is no wheel that can be read.\nFound:\n  "
    text = str(caught.value)
    end = f"\nFix: {or_raise('lock another version of the project.', text)}"
    assert (text[: len(begin)], text[-len(end) :]) == (begin, end)
    return text[len(begin) : -len(end)]


def test_members(tmp_path: Path) -> None:
    with opened_zip(write(tmp_path, raw_zip([RawMember("a/"), ONE, TWO])), unreadable_wheel) as archive:
        assert archive.names == ("one.py", "two.py")
        assert archive.read("one.py", 6) == b"x = 1\n"
        assert archive.read_if_present("two.py", 600) == b"y = 2\n" * 100
        assert archive.read_if_present("three.py", 600) == b""


def test_archive_of_another_writer(tmp_path: Path) -> None:
    """Data descriptors, zip64 fields and a comment stand in archives that were streamed, or made by git."""
    path = tmp_path / "demo.zip"
    with path.open("wb") as file, zipfile.ZipFile(_Unseekable(file), "w", zipfile.ZIP_DEFLATED) as target:  # type: ignore[arg-type]
        target.writestr("one.py", "x = 1\n")
        with target.open("two.py", "w", force_zip64=True) as member:
            member.write(b"y = 2\n")
        target.comment = b"0123456789abcdef"
    with opened_zip(path, unreadable_wheel) as archive:
        assert [archive.read(name, 10) for name in archive.names] == [b"x = 1\n", b"y = 2\n"]


class _Unseekable:
    def __init__(self, file: object) -> None:
        self.write, self.flush = file.write, file.flush  # type: ignore[attr-defined]


def test_zip64_end(tmp_path: Path) -> None:
    content = raw_zip([ONE])
    place = len(content) - 22
    size, offset = struct.unpack_from("<2L", content, place + 12)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    for short in (content[place:], struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, *(0xFFFFFFFF,) * 2, 0)):
        with opened_zip(write(tmp_path, content[:place] + end64 + locator + short), unreadable_wheel) as archive:
            assert archive.names == ("one.py",)
    lying = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, size, offset, 0)
    assert refused(tmp_path, content[:place] + end64 + locator + lying) == "its two end records disagree"
    nowhere = struct.pack("<4sLQL", b"PK\6\7", 0, place + 1, 1)
    assert refused(tmp_path, content[:place] + end64 + nowhere + short) == "its zip64 locator leads nowhere"
    assert refused(tmp_path, content[:place] + short) == "its end record names a zip64 record that is not there"


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "it has no end record of a zip archive"),
        (b"PK\5\6", "it has no end record of a zip archive"),
        (raw_zip([ONE], after=b"x"), "it has bytes after the end record of the archive"),
        (b"#!/bin/sh\n" + raw_zip([ONE]), "there are bytes before the archive, or before its end record"),
        (raw_zip([ONE], before=b"#!/bin/sh\n"), "there are bytes that belong to no member, before 'one.py'"),
        (raw_zip([ONE, TWO], gap=b"PK"), "there are bytes that belong to no member, before 'its directory'"),
        (
            raw_zip([ONE, RawMember("two.py", gap=ONE.header(central=False))]),
            "there are bytes that belong to no member, before 'two.py'",
        ),
        (raw_zip([ONE, TWO], count=1), "its directory has 2 members, and its end record says 1"),
        (raw_zip([ONE, RawMember("two.py", ONE.data, offset=0)]), "its members overlap: 'two.py'"),
        (raw_zip([RawMember("one.py", b"x" * 50, packed=90), ONE]), "its members overlap: 'one.py'"),
        (raw_zip([RawMember("x", size=0xFFFFFFFF)]), "its 'x' has sizes in a zip64 field that is not there"),
        (raw_zip([RawMember("x", b"x", flags=1)]), "its x is encrypted"),
        (raw_zip([RawMember("x", b"x", method=99)]), "its x is compressed by the method 99"),
        (raw_zip([RawMember("x", b"x", crc=1)]), "Bad CRC-32 for file 'x'"),
        (raw_zip([RawMember("x", b"x", local="y")]), "File name in directory 'x' and header b'y' differ."),
        (raw_zip([RawMember("x", b"x" * 1001)]), "its x has 1001 bytes, more than 1000"),
        (raw_zip([RawMember("x", b"\7", method=8, size=9)]), "Error -3 while decompressing data: invalid block type"),
        (raw_zip([ONE])[:-30] + raw_zip([])[-22:], "there are bytes before the archive, or before its end record"),
    ],
)  # fmt: skip
def test_damage(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(tmp_path, content) == reason


@pytest.mark.parametrize(
    "name, reason",
    [
        ("a\nb.py", "it has control characters"),
        ("a\x1b[2J.py", "it has control characters"),
        ("a\u2028b.py", "it has control characters"),
        ("a\0b.py", "it has control characters"),
        ("C:/x.py", "it begins with a drive"),
        ("c:x.py", "it begins with a drive"),
        ("x" * 256, "a part of it has over 255 bytes"),
        ("é" * 128, "a part of it has over 255 bytes"),
        ("/".join("x" * 65), "it has 129 bytes in 65 parts, more than 1024 in 64"),
        ("x/" * 30 + "x" * 1000, "it has 1060 bytes in 31 parts, more than 1024 in 64"),
    ],
)
def test_names(tmp_path: Path, name: str, reason: str) -> None:
    shown = name if len(name) <= 255 else f"{name[:255]}…"
    assert refused(tmp_path, raw_zip([RawMember(name)])) == f"its member {shown!r} cannot be a file: {reason}"


def test_name_in_an_extra_field(tmp_path: Path) -> None:
    extra = struct.pack("<2H", 0x5455, 0) + struct.pack("<2HBL", 0x7075, 8, 1, 0) + b"two"
    found = refused(tmp_path, raw_zip([RawMember("one", extra=extra)]))
    assert found.endswith("it has a second name in an extra field") or "Corrupt" in found


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = raw_zip([ONE, TWO])
    for name, limit, reason in [
        ("MEMBERS", 1, "it has 2 members, more than 1"),
        ("DIRECTORY_BYTES", 100, "its directory has 104 bytes, more than 100"),
        ("UNPACKED_BYTES", 600, "its members have 606 bytes, more than 600"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, limit)
            assert refused(tmp_path, content) == reason


def test_extraction(tmp_path: Path) -> None:
    with opened_zip(write(tmp_path, raw_zip([RawMember("a/b/c.py", b"x"), ONE])), unreadable_wheel) as archive:
        archive.extract(tmp_path / "out")
    assert (tmp_path / "out/a/b/c.py").read_bytes() == b"x"
    for name in ("../evil", "/evil", "a/../../evil", "a\\evil"):
        with (
            pytest.raises(StrataError),
            opened_zip(write(tmp_path, raw_zip([RawMember(name)])), unreadable_wheel) as archive,
        ):
            archive.extract(tmp_path / "out")
    assert not list(tmp_path.rglob("evil"))
