from __future__ import annotations

import contextlib
import hashlib
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Callable, Optional, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.oci.zip_member import ZipMember

TEXT = b"to be or not to be, " * 5000
Change = Callable[[bytearray], None]


class NoSeek(io.RawIOBase):
    """Makes zipfile write sizes after the data."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self._stream.write(data)

    def close(self) -> None:
        self._stream.close()


def write_zip(path: Path, *, method: int = zipfile.ZIP_DEFLATED, zip64: bool = False, content: bytes = TEXT) -> Path:
    """An archive of one member `a.txt`."""
    with zipfile.ZipFile(path, "w", method) as archive, archive.open("a.txt", "w", force_zip64=zip64) as member:
        member.write(content)
    return path


def find(path: Path, *, sha256: Optional[str] = None) -> ZipMember:
    with zipfile.ZipFile(path) as archive:
        return ZipMember.find(path, archive.infolist()[0], sha256=sha256)


def refused(path: Path) -> str:
    """What is said of a member that may not be read, without what is the same in all cases."""
    with pytest.raises(StrataError) as caught:
        find(path).read_bytes()
    begin = f"The member 'a.txt' of {path.name} cannot be put into an image layer: "
    end = ".\nFix: get the archive again; if it stays so, have it packed again as a plain zip file."
    text = str(caught.value)
    assert text.startswith(begin)
    assert text.endswith(end)
    return text[len(begin) : -len(end)]


def changed(path: Path, change: Change) -> Path:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def put(offset: int, value: bytes, *, directory: Optional[int] = None) -> Change:
    """Overwrites bytes of the header in front of the data and, at another offset, of the entry in the directory."""

    def change(data: bytearray) -> None:
        data[offset : offset + len(value)] = value
        if directory is not None:
            start = data.index(b"PK\1\2") + directory
            data[start : start + len(value)] = value

    return change


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("content", [b"", b"x", TEXT, os.urandom(1 << 20)])
def test_contents_are_read(tmp_path: Path, method: int, zip64: bool, content: bytes) -> None:
    path = write_zip(tmp_path / "a.zip", method=method, zip64=zip64, content=content)
    member = find(path, sha256=hashlib.sha256(content).hexdigest())
    assert member.read_bytes() == content
    assert (member.name, member.size, member.deflated) == ("a.txt", len(content), method == zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("zip64", [False, True])
def test_sizes_may_follow_the_data(tmp_path: Path, method: int, zip64: bool) -> None:
    stream = NoSeek(tmp_path / "a.zip")
    with (
        stream,
        zipfile.ZipFile(cast("IO[bytes]", stream), "w", method) as archive,
        archive.open("a.txt", "w", force_zip64=zip64) as member,
    ):
        member.write(TEXT)
    assert find(tmp_path / "a.zip").read_bytes() == TEXT


def test_members_beyond_what_32_bits_count(tmp_path: Path) -> None:
    """A member of 5 GiB that is a hole in the file, and one behind it."""
    path, size = tmp_path / "a.zip", 5 << 30
    with path.open("w+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        hole = zipfile.ZipInfo("hole")
        hole.file_size = hole.compress_size = size
        hole.CRC = hole.header_offset = 0
        file.write(hole.FileHeader(zip64=True))
        file.seek(size, os.SEEK_CUR)
        archive.filelist.append(hole)
        archive.start_dir = file.tell()
        archive.writestr("a.txt", TEXT)
    with zipfile.ZipFile(path) as archive:
        first, last = ZipMember.find_all(path, archive.infolist())
    assert (first.size, first.compressed_size, last.offset > size) == (size, size, True)
    assert next(contents for _, contents in first._stored()) == bytes(1 << 18)
    assert last.read_bytes() == TEXT


def test_many_members(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in "abc":
            archive.writestr(name, name * 100)
        infos = [archive.getinfo(name) for name in "ca"]
        found = ZipMember.find_all(tmp_path / "a.zip", infos)
        assert found == [ZipMember.find(tmp_path / "a.zip", info) for info in infos]
    assert [member.read_bytes() for member in found] == [b"c" * 100, b"a" * 100]


def test_archive_may_have_something_before_it(tmp_path: Path) -> None:
    data = write_zip(tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(b"#!/usr/bin/env python3\n" + data)
    assert find(tmp_path / "a.zip").read_bytes() == TEXT


def test_sizes_that_follow_must_be_right(tmp_path: Path) -> None:
    stream = NoSeek(tmp_path / "a.zip")
    with stream, zipfile.ZipFile(cast("IO[bytes]", stream), "w") as archive:
        archive.writestr("a.txt", TEXT)
    changed(tmp_path / "a.zip", lambda data: put(data.index(b"PK\7\x08") + 4, b"????")(data))
    assert refused(tmp_path / "a.zip") == "the size or CRC after its data is not what the archive's directory says"


@pytest.mark.parametrize(
    "change, reason",
    [
        (put(0, b"PK\3\5"), "the place of its header is not what the archive's directory says"),
        (put(30, b"b.txt"), "the name in its header is not what the archive's directory says"),
        (put(8, b"\0\0"), "the method in its header is not what the archive's directory says"),
        (put(6, b"\x08\0"), "the method in its header is not what the archive's directory says"),
        (put(14, b"????"), "the size or CRC in its header is not what the archive's directory says"),
        (put(18, b"\1\0\0\0"), "the size or CRC in its header is not what the archive's directory says"),
        (put(22, bytes(4)), "the size or CRC in its header is not what the archive's directory says"),
        (put(22, b"\xff\xff\xff\xff"), "the size or CRC in its header is not what the archive's directory says"),
        (put(6, b"\1\0", directory=8), "it is encrypted"),
        (put(6, b"\x20\0", directory=8), "it is a patch of another file"),
        (put(8, b"\x0c\0", directory=10), "it is compressed by the method 12, neither stored nor deflated"),
        (put(8, b"\x09\0", directory=10), "it is compressed by the method 9, neither stored nor deflated"),
        (put(22, b"\1\0\0\0", directory=24), "it holds more than the 1 bytes that the archive's directory says"),
        (
            put(22, b"\0\0\0\1", directory=24),
            "it holds 100000 bytes, not the 16777216 that the archive's directory says",
        ),
        (put(14, b"????", directory=16), f"its CRC is {zlib.crc32(TEXT):08x}, not 3f3f3f3f"),
        (put(35, b"\xff"), "its deflate stream is damaged"),
    ],
)
def test_damaged_members_are_errors(tmp_path: Path, change: Change, reason: str) -> None:
    assert refused(changed(write_zip(tmp_path / "a.zip"), change)) == reason


def compressed_size(change: int) -> Change:
    def write(data: bytearray) -> None:
        (size,) = struct.unpack_from("<L", data, 18)
        put(18, struct.pack("<L", size + change), directory=20)(data)

    return write


@pytest.mark.parametrize(
    "change, reason",
    [(-1, "its deflate stream has no end"), (1, "it has bytes after its deflate stream")],
)
def test_deflate_stream_must_fill_its_place(tmp_path: Path, change: int, reason: str) -> None:
    assert refused(changed(write_zip(tmp_path / "a.zip"), compressed_size(change))) == reason


def test_bytes_after_a_piece_of_the_stream(tmp_path: Path) -> None:
    """As many as are read at once and more."""
    path = tmp_path / "a.zip"
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    path.write_bytes((stream.compress(TEXT) + stream.flush()).ljust(1 << 18, b"\0") + b"more")
    member = ZipMember(path, "a.txt", 0, path.stat().st_size, len(TEXT), zlib.crc32(TEXT), True)
    with pytest.raises(StrataError, match="it has bytes after its deflate stream"):
        member.read_bytes()


def test_archive_that_became_shorter(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip")
    member = find(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(StrataError) as caught:
        member.read_bytes()
    assert str(caught.value) == (
        "The member 'a.txt' of a.zip cannot be put into an image layer: the archive ends in the middle of it.\n"
        "Fix: get the archive again; if it stays so, have it packed again as a plain zip file."
    )


def test_other_sha256_is_an_error(tmp_path: Path) -> None:
    member = find(write_zip(tmp_path / "a.zip", content=b""), sha256="0" * 64)
    with pytest.raises(StrataError) as caught:
        member.read_bytes()
    assert str(caught.value) == (
        "The member 'a.txt' of a.zip cannot be put into an image layer: its sha256 is "
        f"{hashlib.sha256(b'').hexdigest()}, not {'0' * 64}.\n"
        "Fix: get the archive again; if it stays so, have it packed again as a plain zip file."
    )


@settings(deadline=None)
@given(data=st.data())
def test_any_change_of_bytes_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = write_zip(tmp_path_factory.mktemp("zip") / "a.zip", content=TEXT[:200])
    offset = data.draw(st.integers(0, path.stat().st_size - 1))
    changed(path, put(offset, data.draw(st.binary(min_size=1, max_size=4))))
    try:
        member = find(path)
    except (zipfile.BadZipFile, StrataError, NotImplementedError, UnicodeDecodeError, ValueError, OSError, IndexError):
        # Most are zipfile's own, on the directory.
        return
    with contextlib.suppress(StrataError):
        assert member.read_bytes() == TEXT[:200]
