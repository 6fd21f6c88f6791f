"""This module reads what the header of a Linux program or shared library says of the system that it needs.

Its own instead of a library, because it runs on whatever Python a machine has; it reads 64-bit little-endian files,
which those of both supported processors are.
https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Optional

_MAGIC = b"\x7fELF\x02\x01"
# e_type, e_machine, e_version, e_entry, e_phoff, e_shoff, e_flags, e_ehsize, e_phentsize, e_phnum
_HEADER = struct.Struct("<16xHHIQQQIHHH")
# p_type, p_flags, p_offset, p_vaddr, p_paddr, p_filesz
_SEGMENT = struct.Struct("<IIQQQQ16x")
_ENTRY = struct.Struct("<qQ")
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRINGS, _NAME = 1, 5, 14
# Far above what any program has.
_LIMIT = 1 << 16
_NAME_LIMIT = 4096
# Behind the end of any program; file systems refuse to seek much further.
_END = 1 << 40


class DamagedElf(Exception):
    """A file begins like a program or library, and is none; the text says why."""


@dataclass(frozen=True)
class Elf:
    """A program or a shared library.

    :param machine: the number of its processor: 62 is x86-64, 183 is arm64.
    :param loader: the path of its dynamic loader; empty for a library, and for a program without shared libraries.
    :param needed: the shared libraries, as it names them: `libc.so.6`, `$ORIGIN/../lib/libpython3.12.so.1.0`.
    :param name: of a library, as those that need it name it; empty where it says none.
    """

    machine: int
    loader: str
    needed: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read_elf(file: Path) -> Optional[Elf]:
    """Return what a file says; None for one that is no 64-bit little-endian ELF file. Raise DamagedElf."""
    with file.open("rb") as opened:
        return read_open_elf(opened)


def read_open_elf(opened: BinaryIO) -> Optional[Elf]:
    """Return what a file says that is open and can be sought in, as `read_elf` does."""
    opened.seek(0)
    if opened.read(len(_MAGIC)) != _MAGIC:
        return None
    _, machine, _, _, start, _, _, _, size, count = _HEADER.unpack(_read(opened, 0, _HEADER.size))
    if count and size != _SEGMENT.size:
        raise DamagedElf(f"a program header of {size} bytes")
    segments = [_segment(opened, start + number * size) for number in range(count)]
    loader = next((_text(opened, each.offset) for each in segments if each.kind == _INTERPRETER), "")
    names = list(_names(opened, segments))
    needed = tuple(name for tag, name in names if tag == _NEEDED)
    return Elf(machine, loader, needed, next((name for tag, name in names if tag == _NAME), ""))


def begins_like_elf(start: bytes) -> bool:
    """Return whether a file may be a 64-bit little-endian program or library, by its first bytes."""
    return start.startswith(_MAGIC)


def _segment(file: BinaryIO, offset: int) -> _Segment:
    kind, _, start, address, _, size = _SEGMENT.unpack(_read(file, offset, _SEGMENT.size))
    return _Segment(kind, start, address, size)


def _names(file: BinaryIO, segments: list[_Segment]) -> Iterator[tuple[int, str]]:
    """Yield the names of libraries, its own and those that it needs, each with the tag that says which it is."""
    entries = [entry for each in segments if each.kind == _DYNAMIC for entry in _dynamic(file, each)]
    strings = [value for tag, value in entries if tag == _STRINGS]
    for tag, value in entries:
        if tag in (_NEEDED, _NAME):
            if not strings:
                raise DamagedElf("no table of names")
            yield tag, _text(file, _offset(segments, strings[0]) + value)


def _dynamic(file: BinaryIO, segment: _Segment) -> Iterator[tuple[int, int]]:
    if segment.size > _LIMIT:
        raise DamagedElf(f"a dynamic section of {segment.size} bytes")
    data = _read(file, segment.offset, segment.size - segment.size % _ENTRY.size)
    for tag, value in _ENTRY.iter_unpack(data):
        if tag == 0:
            return
        yield tag, value


def _offset(segments: list[_Segment], address: int) -> int:
    for each in segments:
        if each.kind == _LOAD and each.address <= address < each.address + each.size:
            return each.offset + address - each.address
    raise DamagedElf(f"the address {address:#x} is in no segment")


def _text(file: BinaryIO, offset: int) -> str:
    file.seek(min(offset, _END))
    name, zero, _ = file.read(_NAME_LIMIT).partition(b"\0")
    if not zero:
        raise DamagedElf("a name without an end")
    return name.decode(errors="replace")


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(min(offset, _END))
    data = file.read(size)
    if len(data) != size:
        raise DamagedElf("it ends too early")
    return data
