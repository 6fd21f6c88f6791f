"""This module reads the archive of a standalone build, `python/…` in a .tar.gz file, and trusts nothing in it.

No path of the archive is ever written to: contents go into numbered files of a scratch directory, and a path is only
the name of an entry. Owners and times are dropped, and of modes only whether a file is a program.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from strata.errors.standalone import archive_is_damaged, member_is_unsafe
from strata.oci.descriptor import DamagedBlob
from strata.oci.entry import Directory, Entry, File, Symlink, parents, privileged, unsafe, unsafe_target
from strata.oci.tar_reader import DIRECTORY, FILE, HARD_LINK, SYMLINK, TarEntry, TarReader
from strata.pieces import Stream, pieces
from strata.standalone import limits

ROOT = "python"
"""The directory that holds all of an archive."""


def read_archive(file: Path, kept: Callable[[str], bool], scratch: Path) -> dict[str, Entry]:
    """Return the entries of an archive by path, without the leading `python/`: `bin/python3.12`.

    Raise StrataError for damage, for a path outside of the root, and for a wanted member that links outside of it, or
    is a device, a pipe or privileged.

    :param kept: says of a path whether it is wanted. The others are not unpacked.
    :param scratch: an empty directory for the contents, to which the entries point: it must live as long as they do.
    """
    with _opened(file) as tar:
        return _Entries(kept, scratch).read(tar)


@contextmanager
def _opened(file: Path) -> Iterator[TarReader]:
    try:
        with gzip.open(file, "rb") as stream:
            yield TarReader(_Limited(stream))
    except DamagedBlob as damage:
        raise archive_is_damaged(f"it {damage}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise archive_is_damaged(str(error)) from None


class _Limited:
    """The bytes of a stream. Raises StrataError once there are more than limits.UNPACKED_BYTES."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._left = limits.UNPACKED_BYTES

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise archive_is_damaged(f"it unpacks to more than {limits.UNPACKED_BYTES} bytes")
        return data


class _Entries:
    """The entries of one archive, by path."""

    def __init__(self, kept: Callable[[str], bool], scratch: Path) -> None:
        self._kept = kept
        self._scratch = scratch
        self._entries: dict[str, Entry] = {}
        self._seen: dict[str, str] = {}

    def read(self, tar: TarReader) -> dict[str, Entry]:
        """Return the wanted entries. Raise StrataError for the first member that is not safe."""
        for count, member in enumerate(tar):
            if count == limits.MEMBERS:
                raise archive_is_damaged(f"it has more than {limits.MEMBERS} members")
            path = _path(member)
            if not path:
                continue
            if path in self._seen:
                raise member_is_unsafe(member.name, "it is there twice")
            self._seen[path] = member.kind
            if self._kept(path):
                self._entries[path] = self._entry(member, path, tar)
        for path in self._seen:
            for parent in parents(path):
                if self._seen.get(parent, DIRECTORY) != DIRECTORY:
                    raise member_is_unsafe(f"{ROOT}/{path}", f"it lies below a {self._seen[parent]}")
        return self._entries

    def _entry(self, member: TarEntry, path: str, tar: TarReader) -> Entry:
        if privileged(member.mode, directory=member.kind == DIRECTORY):
            raise member_is_unsafe(member.name, f"mode {member.mode:04o}: setuid or setgid")
        if member.kind == DIRECTORY:
            return Directory(path)
        if member.kind == SYMLINK:
            return self._symlink(member, path)
        if member.kind == HARD_LINK:
            return self._hard_link(member, path)
        if member.kind != FILE:
            raise member_is_unsafe(member.name, f"a {member.kind}")
        source = self._scratch / str(len(self._seen))
        with source.open("wb") as output:
            for piece in pieces(tar):
                output.write(piece)
        return File(path, source, 0o755 if member.mode & 0o111 else 0o644)

    def _symlink(self, member: TarEntry, path: str) -> Symlink:
        reason = unsafe_target(member.target)
        depth = path.count("/")
        for part in member.target.split("/"):
            depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
            if depth < 0:
                reason = "above the root"
        if reason or member.target.startswith("/"):
            raise member_is_unsafe(member.name, f"a link to {member.target!r}: {reason or 'an absolute path'}")
        return Symlink(path, member.target)

    def _hard_link(self, member: TarEntry, path: str) -> File:
        target = self._entries.get(member.target.removeprefix(f"{ROOT}/"))
        if not isinstance(target, File):
            raise member_is_unsafe(member.name, f"a hard link to {member.target!r}, no earlier file that images hold")
        return File(path, target.source, target.mode)


def _path(member: TarEntry) -> str:
    """Return the path below the root; empty for the root itself. Raise StrataError for a place outside."""
    reason = unsafe(member.path)
    if reason:
        raise member_is_unsafe(member.name, reason)
    root, _, path = member.path.partition("/")
    if root != ROOT or (not path and member.kind != DIRECTORY):
        raise member_is_unsafe(member.name, f"it is not in the directory {ROOT}")
    return path
