"""This module reads the records at the end of a zip archive strictly, before anything trusts them.

The standard library looks for the end record in the last 64 KiB, and takes for granted whatever stands before the
archive, behind it, or between its parts: others who read the same file may see another archive.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.14 to 4.3.16
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

# Signature, disks, entries on this disk and in all, size and offset of the directory, length of the comment.
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\5\6"
_COMMENT = 0xFFFF
# Signature, disk and offset of the zip64 end record, number of disks.
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_SIGNATURE = b"PK\6\7"
# Signature, size of the rest, versions, disks, entries on this disk and in all, size and offset of the directory.
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_SIGNATURE = b"PK\6\6"
_ELSEWHERE = (0xFFFF, 0xFFFFFFFF)


class NotOneArchive(Exception):
    """A file that is no zip archive from its first byte to its last; the text says why."""


@dataclass(frozen=True)
class Directory:
    """Where the central directory of an archive lies; offset and size in bytes."""

    entries: int
    offset: int
    size: int


def find_directory(stream: BinaryIO) -> Directory:
    """Return the place of the central directory. Raise NotOneArchive unless it ends where the end records begin."""
    length = stream.seek(0, os.SEEK_END)
    start = max(0, length - _END.size - _COMMENT)
    stream.seek(start)
    tail = stream.read(length - start)
    place = tail.rfind(_END_SIGNATURE)
    if place < 0 or len(tail) - place < _END.size:
        raise NotOneArchive("it has no end record of a zip archive")
    _, *numbers, comment = _END.unpack_from(tail, place)
    if place + _END.size + comment != len(tail):
        raise NotOneArchive("it has bytes after the end record of the archive")
    disk, first_disk, here, entries, size, offset = numbers
    end = start + place
    locator = tail[max(0, place - _LOCATOR.size) : place]
    if locator.startswith(_LOCATOR_SIGNATURE):
        found, end = _zip64(stream, locator, end - _LOCATOR.size)
        for short, long in zip(numbers, found):
            if short not in _ELSEWHERE and short != long:
                raise NotOneArchive("its two end records disagree")
        disk, first_disk, here, entries, size, offset = found
    elif entries == _ELSEWHERE[0] or _ELSEWHERE[1] in (size, offset):
        raise NotOneArchive("its end record names a zip64 record that is not there")
    if disk or first_disk or here != entries:
        raise NotOneArchive("it is one of several parts of an archive")
    if offset + size != end:
        raise NotOneArchive("there are bytes before the archive, or before its end record")
    return Directory(entries, offset, size)


def _zip64(stream: BinaryIO, locator: bytes, end: int) -> tuple[list[int], int]:
    """Return the numbers of the zip64 end record and its offset."""
    _, disk, offset, disks = _LOCATOR.unpack(locator)
    if disk or disks != 1 or offset + _END64.size > end:
        raise NotOneArchive("its zip64 locator leads nowhere")
    stream.seek(offset)
    signature, rest, _, _, *numbers = _END64.unpack(stream.read(_END64.size))
    if signature != _END64_SIGNATURE or offset + 12 + rest != end:
        raise NotOneArchive("its zip64 locator leads nowhere")
    return numbers, offset
