"""This module reads files piece by piece, so that memory stays constant in their size."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

PIECE = 1 << 20
"""The size of a piece, in bytes."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The numbers of the system's errors for a full disk, and for a full share of one."""


class Stream(Protocol):
    """Bytes that are read from front to back: a file, a member of an archive, a blob that is decompressed."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, at least one if any is left."""


def pieces(stream: Stream) -> Iterator[bytes]:
    """Yield the rest of a stream in pieces of 1 MiB, the last of which may be shorter."""
    return iter(lambda: stream.read(PIECE), b"")


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for piece in pieces(stream):
            digest.update(piece)
    return digest.hexdigest()
