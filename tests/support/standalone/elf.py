"""This module writes the headers of Linux programs, of which nothing runs."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_BASE = 0x1000


def elf(
    *,
    machine: int = 62,
    loader: str = "/lib64/ld-linux-x86-64.so.2",
    needed: Sequence[str] = ("libc.so.6",),
    name: str = "",
) -> bytes:
    """Return a file with an ELF header, and segments that name a loader, shared libraries and the file itself."""
    every = [*needed, name]
    names = b"\0" + b"".join(each.encode() + b"\0" for each in every)
    *offsets, own = [1 + sum(len(each) + 1 for each in every[:position]) for position in range(len(every))]
    interpreter = loader.encode() + b"\0" if loader else b""
    count = 3 if loader else 2
    start = 64 + 56 * count
    tables = start + len(interpreter)
    dynamic = tables + len(names)
    entries = b"".join(struct.pack("<qQ", 1, offset) for offset in offsets)
    if name:
        entries += struct.pack("<qQ", 14, own)
    entries += struct.pack("<qQqQ", 5, _BASE + tables, 0, 0)
    size = dynamic + len(entries)
    segments = [(1, 0, size), (2, dynamic, len(entries))] + ([(3, start, len(interpreter))] if loader else [])
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, count, 0, 0, 0)
    for kind, offset, length in segments:
        header += struct.pack("<IIQQQQQQ", kind, 5, offset, _BASE + offset, _BASE + offset, length, length, 8)
    return header + interpreter + names + entries
