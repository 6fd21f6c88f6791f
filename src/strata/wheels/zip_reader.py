"""This module reads zip archives as anybody may have written them: wheels and source distributions.

It is the only place that opens one with the standard library. What it yields was checked: the archive fills its file,
its members fill it without overlaps and gaps, each member's name can be that of a file, and there are not more of them,
and not larger ones, than strata.wheels.limits has. The contents of members that become files of a layer are checked
when they are read (strata.oci.zip_member).
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Callable

from strata.pieces import NO_ROOM
from strata.wheels import limits
from strata.wheels.zip_end import NotOneArchive, find_directory

Failure = Callable[[str, str], Exception]
"""Makes the error for a file's name and the reason why it cannot be read."""

# The errors of the standard library for an archive that is damaged, encrypted, or of another kind than it reads.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, ValueError, IndexError)
_LOCAL_SIZE = 30
_LENGTHS = struct.Struct("<2H")
_SIZES_FOLLOW = 0x0008
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
# The sizes of data descriptors: with a signature or without, sizes of 4 or of 8 bytes.
_DESCRIPTORS = (12, 16, 20, 24)
_ELSEWHERE = 0xFFFFFFFF
# An extra field with another name for the member.
_OTHER_NAME = 0x7075
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _Damaged(Exception):
    """An archive that cannot be read; the text says why."""


@dataclass(frozen=True)
class ZipReader:
    """An open archive. Its methods raise within `opened_zip`, which makes the caller's error of it.

    :param members: the members that are files, in the order of the archive's directory.
    """

    members: tuple[zipfile.ZipInfo, ...]
    _archive: zipfile.ZipFile

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files."""
        return tuple(member.filename for member in self.members)

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a member, which may have `limit` bytes at most."""
        try:
            member = self._archive.getinfo(name)
        except KeyError:
            raise _Damaged(f"it has no {name}") from None
        if member.file_size > limit:
            raise _Damaged(f"its {name} has {member.file_size} bytes, more than {limit}")
        with self.open(member) as stream:
            # Without a size, all would be inflated before what is too much is cut off.
            return stream.read(max(member.file_size, 1))

    def read_if_present(self, name: str, limit: int) -> bytes:
        """Return the content of a member as `read` does, and an empty content where there is none."""
        return self.read(name, limit) if name in self._archive.NameToInfo else b""

    def open(self, member: zipfile.ZipInfo) -> IO[bytes]:
        """Return the content of a member as a stream, which ends after the size that the directory has of it."""
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Damaged(f"its {member.filename} is compressed by the method {member.compress_type}")
        if member.flag_bits & _ENCRYPTED:
            raise _Damaged(f"its {member.filename} is encrypted")
        return self._archive.open(member)

    def extract(self, folder: Path) -> None:
        """Write all files below a folder. Names were checked: each is a path below it."""
        for member in self.members:
            if any(part in ("", ".", "..") for part in member.filename.split("/")) or "\\" in member.filename:
                raise _Damaged(f"its {member.filename} would lie outside of the folder")
            path = folder / member.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.open(member) as content, path.open("wb") as output:
                shutil.copyfileobj(content, output)


@contextmanager
def opened_zip(path: Path, failure: Failure) -> Iterator[ZipReader]:
    """Open an archive for the length of the `with` block.

    Raise what `failure` makes of the file's name and the reason, for an archive that is damaged or beyond the limits,
    there or in the block.
    """
    try:
        with path.open("rb") as stream:
            entries = _check_directory(stream)
            with zipfile.ZipFile(stream) as archive:
                infos = archive.infolist()
                if len(infos) != entries:
                    raise _Damaged(f"its directory has {len(infos)} members, and its end record says {entries}")
                _check_places(stream.fileno(), infos, archive.start_dir)
                for info in infos:
                    _check_name(info)
                yield ZipReader(tuple(info for info in infos if not info.is_dir()), archive)
    except (_Damaged, NotOneArchive) as reason:
        raise failure(path.name, str(reason)) from None
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise failure(path.name, str(error) or type(error).__name__) from None


def _check_directory(stream: BinaryIO) -> int:
    """Return the number of entries. Raise _Damaged for more of them, or more bytes, than the limits have."""
    directory = find_directory(stream)
    if directory.entries > limits.MEMBERS:
        raise _Damaged(f"it has {directory.entries} members, more than {limits.MEMBERS}")
    if directory.size > limits.DIRECTORY_BYTES:
        raise _Damaged(f"its directory has {directory.size} bytes, more than {limits.DIRECTORY_BYTES}")
    return directory.entries


def _check_places(file: int, infos: list[zipfile.ZipInfo], directory: int) -> None:
    """Raise _Damaged unless the members fill the file up to its directory, and fit into the limit when unpacked.

    :param file: the descriptor of the open file.
    """
    place, follows = 0, False
    for info in sorted(infos, key=lambda info: info.header_offset):
        if _ELSEWHERE in (info.file_size, info.compress_size, info.header_offset):
            raise _Damaged(f"its {info.filename!r} has sizes in a zip64 field that is not there")
        _check_next(place, info.header_offset, follows, info.filename)
        lengths = os.pread(file, _LENGTHS.size, info.header_offset + _LOCAL_SIZE - _LENGTHS.size)
        place = info.header_offset + _LOCAL_SIZE + sum(_LENGTHS.unpack(lengths)) + info.compress_size
        follows = bool(info.flag_bits & _SIZES_FOLLOW)
    _check_next(place, directory, follows, "its directory")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.UNPACKED_BYTES:
        raise _Damaged(f"its members have {unpacked} bytes, more than {limits.UNPACKED_BYTES}")


def _check_next(end: int, start: int, follows: bool, name: str) -> None:
    """Raise _Damaged unless what starts here lies right behind what ends there, and its descriptor if one follows."""
    if start < end:
        raise _Damaged(f"its members overlap: {name!r}")
    if start - end not in (_DESCRIPTORS if follows else (0,)):
        raise _Damaged(f"there are bytes that belong to no member, before {name!r}")


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    reason = _unusable(name)
    if not reason and _has_other_name(info.extra):
        reason = "it has a second name in an extra field"
    if reason:
        shown = name if len(name) <= limits.NAME_BYTES else f"{name[: limits.NAME_BYTES]}…"
        raise _Damaged(f"its member {shown!r} cannot be a file: {reason}")


def _unusable(name: str) -> str:
    """Return why no file of an image can have a name; an empty text where one can."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    parts = name.split("/")
    if length > limits.PATH_BYTES or len(parts) > limits.PATH_PARTS:
        return f"it has {length} bytes in {len(parts)} parts, more than {limits.PATH_BYTES} in {limits.PATH_PARTS}"
    if length > limits.NAME_BYTES and any(len(part.encode()) > limits.NAME_BYTES for part in parts):
        return f"a part of it has over {limits.NAME_BYTES} bytes"
    if _CONTROL.search(name):
        return "it has control characters"
    if _DRIVE.match(name):
        return "it begins with a drive"
    return ""


def _has_other_name(extra: bytes) -> bool:
    while len(extra) >= 4:
        kind, length = _LENGTHS.unpack_from(extra)
        if kind == _OTHER_NAME:
            return True
        extra = extra[4 + length :]
    return False
