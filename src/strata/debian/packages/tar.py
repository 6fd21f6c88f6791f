"""This module reads the tar archives in a Debian package, with dpkg's own restrictions.

dpkg reads v7, ustar and GNU archives with long names, and refuses pax headers and sparse files; so does this.
Nothing is extracted here: `tarfile` only decodes headers.
https://manpages.debian.org/deb.5
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Optional

from strata.debian.packages.section import Unpacked
from strata.errors.archive import archive_is_damaged, archive_is_too_large

MAX_MEMBERS = 200_000
MAX_NAME_BYTES = 4096

_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1 << 18


@dataclass(frozen=True)
class Member:
    """A decoded header.

    :param kind: tar's type byte.
    :param size: the number of bytes that follow.
    :param link: the target of a link.
    """

    name: str
    kind: bytes
    mode: int
    uid: int
    gid: int
    size: int
    link: str


class PackageTar:
    """The members, in order. The contents of the member that the iteration is at can be read or copied."""

    def __init__(self, stream: Unpacked) -> None:
        self._stream = stream
        self._unread = 0
        self._padding = 0

    def __iter__(self) -> Iterator[Member]:
        long_name: Optional[str] = None
        long_link: Optional[str] = None
        for _ in range(MAX_MEMBERS):
            info = self._next_header()
            if info is None:
                return
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = self._long_text()
            elif info.type == tarfile.GNUTYPE_LONGLINK:
                long_link = self._long_text()
            else:
                link = info.linkname if long_link is None else long_link
                name = info.name if long_name is None else long_name
                yield Member(name, info.type, info.mode, info.uid, info.gid, info.size, link)
                long_name = long_link = None
            self._skip()
        raise archive_is_too_large("members", MAX_MEMBERS)

    def read(self) -> bytes:
        """Return the contents of the current member, as one piece."""
        contents = self._stream.read(self._unread)
        self._take(len(contents), self._unread)
        return contents

    def copy_to(self, output: BinaryIO) -> None:
        """Copy the contents of the current member, piece by piece."""
        while self._unread:
            wanted = min(self._unread, _PIECE)
            piece = self._stream.read(wanted)
            self._take(len(piece), wanted)
            output.write(piece)

    def _next_header(self) -> Optional[tarfile.TarInfo]:
        block = self._stream.read(_BLOCK)
        if not block.strip(b"\0") and len(block) == _BLOCK:
            self._expect_zeros()
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.TarError, ValueError) as error:
            raise archive_is_damaged(f"a tar header is damaged: {error}") from None
        if min(info.size, info.mode, info.uid, info.gid) < 0:
            raise archive_is_damaged(f"a tar header has a negative number: {info.name!r}")
        # Links and directories are followed by nothing, whatever their size says.
        self._unread = info.size if info.type in _WITH_CONTENTS else 0
        self._padding = -self._unread % _BLOCK
        return info

    def _long_text(self) -> str:
        if self._unread > MAX_NAME_BYTES:
            raise archive_is_too_large("bytes in a name", MAX_NAME_BYTES)
        try:
            return self.read().rstrip(b"\0").decode()
        except UnicodeDecodeError as error:
            raise archive_is_damaged(f"a name is not UTF-8: {error}") from None

    def _skip(self) -> None:
        while self._unread:
            wanted = min(self._unread, _PIECE)
            self._take(len(self._stream.read(wanted)), wanted)
        self._take(len(self._stream.read(self._padding)), self._padding, of_contents=False)

    def _take(self, count: int, wanted: int, *, of_contents: bool = True) -> None:
        if count < wanted:
            raise archive_is_damaged("a tar archive is truncated")
        if of_contents:
            self._unread -= count

    def _expect_zeros(self) -> None:
        while True:
            piece = self._stream.read(_PIECE)
            if not piece:
                return
            if piece.strip(b"\0"):
                raise archive_is_damaged("a tar archive goes on after its end")


_WITH_CONTENTS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
