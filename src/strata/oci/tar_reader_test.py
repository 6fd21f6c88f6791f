from __future__ import annotations

import io
import tarfile

import pytest

from strata.oci.descriptor import DamagedBlob
from strata.oci.tar_reader import FILE, PAX_TYPE, TYPES, TarReader, UnknownType
from strata.pieces import pieces

CONTENTS = {"./a/one": b"1" * 700, "two": b"", "three": b"3" * 512}


def archive(contents: dict[str, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form) as written:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            written.addfile(info, io.BytesIO(data))
    return output.getvalue()


class Trickle:
    """A stream that gives fewer bytes than it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, 100))


def test_contents_are_read_in_pieces_from_any_stream() -> None:
    tar = TarReader(Trickle(archive(CONTENTS)))
    assert {entry.name: b"".join(pieces(tar)) for entry in tar} == CONTENTS


def test_contents_that_nobody_reads_are_passed_over() -> None:
    tar = TarReader(io.BytesIO(archive(CONTENTS)))
    read = {}
    for entry in tar:
        read[entry.path] = tar.read(3)
    assert read == {"a/one": b"111", "two": b"", "three": b"333"}


def test_reading_ends_with_the_member() -> None:
    tar = TarReader(io.BytesIO(archive(CONTENTS)))
    entry = next(iter(tar))
    assert (entry.name, entry.path, entry.kind, entry.size) == ("./a/one", "a/one", FILE, 700)
    assert tar.read(1000) == b"1" * 700
    assert tar.read(1000) == b""


@pytest.mark.parametrize("read", [0, 3, 700])
def test_archive_ends_in_the_middle_of_contents(read: int) -> None:
    tar = TarReader(io.BytesIO(archive(CONTENTS)[:900]))
    with pytest.raises(DamagedBlob) as caught:
        [tar.read(read) for _ in tar]
    assert str(caught.value) == "ends in the middle of 'a/one'"


@pytest.mark.parametrize("read", [0, 3, 700])
def test_damage_is_named_by_its_place(read: int) -> None:
    """Whether contents were read or passed over."""
    data = bytearray(archive(CONTENTS))
    data[1536] ^= 1
    tar = TarReader(io.BytesIO(bytes(data)))
    with pytest.raises(DamagedBlob) as caught:
        [tar.read(read) for _ in tar]
    assert str(caught.value) == "holds a damaged tar header before byte 2048"


def test_type_that_a_caller_does_not_take() -> None:
    data = archive({"ü": b""}, tarfile.PAX_FORMAT)
    assert [entry.name for entry in TarReader(io.BytesIO(data))] == ["ü"]
    with pytest.raises(UnknownType) as caught:
        list(TarReader(io.BytesIO(data), TYPES - {PAX_TYPE}))
    assert (caught.value.name, caught.value.type) == ("././@PaxHeader", b"x")
    assert str(caught.value) == "holds a tar entry of the unknown type 'x'"


@pytest.mark.parametrize("name, target", [("a" * 5000, ""), ("a", "b" * 5000)])
def test_path_that_no_file_can_have(name: str, target: str) -> None:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as written:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, target
        written.addfile(info)
    output.seek(0)
    with pytest.raises(DamagedBlob) as caught:
        list(TarReader(output))
    assert str(caught.value) == "holds a path of 5000 characters, longer than any file can have"


def test_path_of_many_parts() -> None:
    (deep,) = TarReader(io.BytesIO(archive({"a/" * 255 + "b": b""}, tarfile.GNU_FORMAT)))
    assert deep.path.count("/") == 255
    with pytest.raises(DamagedBlob) as caught:
        list(TarReader(io.BytesIO(archive({"a/" * 257 + "b": b""}, tarfile.GNU_FORMAT))))
    assert str(caught.value) == "holds a path of more than 256 parts"


@pytest.mark.parametrize("field", ["mode", "uid", "gid", "size"])
def test_number_that_cannot_be_negative(field: str) -> None:
    start, length = {"mode": (100, 8), "uid": (108, 8), "gid": (116, 8), "size": (124, 12)}[field]
    header = bytearray(archive({"a": b""})[:512])
    header[start : start + length] = b"\xff" * length
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    with pytest.raises(DamagedBlob) as caught:
        list(TarReader(io.BytesIO(bytes(header) + bytes(1024))))
    assert str(caught.value) == "holds a damaged tar header before byte 512"
