"""Small inputs that once took much: each is refused, or read, soon and in little memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.fetch.simple_index import read_page
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.installed_form import installed_files
from support.venvs.raw_zip import RawMember, raw_zip

INFO = "demo-1.0.dist-info"
METADATA = [
    RawMember(f"{INFO}/METADATA", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"),
    RawMember(f"{INFO}/WHEEL", b"Wheel-Version: 1.0\n"),
]
RECORD = RawMember(f"{INFO}/RECORD")
SECONDS, BYTES = 2.0, 10 << 20


@contextmanager
def bounded() -> Iterator[None]:
    tracemalloc.start()
    begun = time.monotonic()
    try:
        yield
        assert time.monotonic() - begun < SECONDS
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def refused(folder: Path, content: bytes) -> str:
    path = folder / "demo-1.0-py3-none-any.whl"
    path.write_bytes(content)
    with bounded(), pytest.raises(StrataError) as caught:
        installed_files(WheelArchive.open(Wheel("demo", "1.0", path), "3.13"))
    return "; ".join(caught.value.found)


def bomb(name: str, size: int) -> RawMember:
    """A member of zeros, which shrink to a thousandth. The data is made in pieces."""
    packer, zeros = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), bytes(1 << 20)
    data = b"".join([*(packer.compress(zeros) for _ in range(size >> 20)), packer.flush()])
    crc = 0
    for _ in range(size >> 20):
        crc = zlib.crc32(zeros, crc)
    return RawMember(name, data, method=8, size=size, crc=crc)


def test_record_of_zeros(tmp_path: Path) -> None:
    found = refused(tmp_path, raw_zip([*METADATA, bomb(f"{INFO}/RECORD", 64 << 20)]))
    assert found == f"its {INFO}/RECORD has 67108864 bytes, more than 68608"


def test_record_that_is_longer_than_it_says(tmp_path: Path) -> None:
    long = bomb(f"{INFO}/RECORD", 64 << 20)
    lying = RawMember(long.name, long.data, method=8, size=100, crc=long.crc)
    assert refused(tmp_path, raw_zip([*METADATA, lying])) == f"Bad CRC-32 for file '{INFO}/RECORD'"


def test_entry_points_of_zeros(tmp_path: Path) -> None:
    found = refused(tmp_path, raw_zip([*METADATA, RECORD, bomb(f"{INFO}/entry_points.txt", 64 << 20)]))
    assert found == f"its {INFO}/entry_points.txt has 67108864 bytes, more than 262144"


def test_long_path(tmp_path: Path) -> None:
    found = refused(tmp_path, raw_zip([*METADATA, RECORD, RawMember("a/" * 30_000 + "b")]))
    assert found.endswith("it has 60001 bytes in 30001 parts, more than 1024 in 64")


def test_members_that_overlap(tmp_path: Path) -> None:
    """Each of a thousand names leads to the same data."""
    data = bomb("big", 4 << 20)
    again = RawMember("", method=8, crc=data.crc, size=4 << 20, packed=len(data.data), offset=0)
    many = [replace(again, name=f"f{number:04}") for number in range(1000)]
    found = refused(tmp_path, raw_zip([data, *many, *METADATA, RECORD]))
    assert found.startswith("its members overlap: ")


def test_more_members_than_an_archive_may_have(tmp_path: Path) -> None:
    content = raw_zip([])
    place = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, 0, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    end = content[:8] + struct.pack("<2H", 0xFFFF, 0xFFFF) + content[12:]
    assert refused(tmp_path, place + locator + end) == "it has 1099511627776 members, more than 100000"


def test_long_links_of_a_page() -> None:
    link = f'<a href="{"x/" * 500_000}demo-1.0-py3-none-any.whl">x</a>'.encode()
    with bounded():
        assert read_page(link[: len(link) // 2] + b'">x</a>', "text/html", "https://index.example/") == ()
