"""This module decompresses a section of a Debian package, piece by piece and up to a limit.

The module lzma reads xz, or the program `xz` where Python was built without that module: this code may run on any
Python that a machine happens to have. Both give the same bytes.
"""

from __future__ import annotations

import shutil
import subprocess
import zlib
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

from strata.debian.packages.ar import Section
from strata.errors.archive import archive_is_damaged, archive_is_too_large, compression_is_unknown, xz_is_missing

try:
    import lzma

    _XZ = lzma.FORMAT_XZ
except ImportError:  # a Python built without liblzma
    lzma = None  # type: ignore[assignment]

_PIECE = 1 << 18
# xz -9 needs 65 MiB to decompress; a file that asks for more is not Debian's.
_XZ_MEMORY = 256 << 20
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_SUFFIXES = (".xz", ".gz", ".tar")


class Unpacked:
    """The decompressed bytes of a section, read from front to back.

    Reading raises StrataError for damage, and for more than `limit` bytes before they are kept.
    """

    def __init__(self, archive: Path, section: Section, limit: int) -> None:
        self._section = section.name
        self._pieces = _decompress(archive, section)
        self._buffer = b""
        self._limit = limit
        self._produced = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer only where the section ends."""
        parts = []
        while size > 0:
            if not self._buffer:
                self._buffer = self._next_piece()
                if not self._buffer:
                    break
            part, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file, and end the program that decompresses it, if there is one."""
        self._pieces.close()

    def _next_piece(self) -> bytes:
        piece = next(self._pieces, b"")
        self._produced += len(piece)
        if self._produced > self._limit:
            raise archive_is_too_large(f"bytes in {self._section}", self._limit)
        return piece


def _decompress(archive: Path, section: Section) -> Generator[bytes, None, None]:
    """Return a generator of pieces that are not empty."""
    if section.name.endswith(".xz"):
        if lzma is None:
            return _by_program(archive, section)
        return _by_module(archive, section, lzma.LZMADecompressor(_XZ, memlimit=_XZ_MEMORY))
    if section.name.endswith(".gz"):
        return _by_module(archive, section, _Gzip())
    if section.name.endswith(".tar"):
        return _stored(archive, section)
    raise compression_is_unknown(section.name, _SUFFIXES)


def _stored(archive: Path, section: Section) -> Generator[bytes, None, None]:
    with archive.open("rb") as file:
        file.seek(section.offset)
        left = section.size
        while left:
            piece = file.read(min(left, _PIECE))
            if not piece:
                raise archive_is_damaged(f"{section.name} is truncated")
            left -= len(piece)
            yield piece


def _by_module(archive: Path, section: Section, decompressor: Any) -> Generator[bytes, None, None]:
    errors = (zlib.error,) if lzma is None else (zlib.error, lzma.LZMAError)
    for packed in _stored(archive, section):
        while True:
            if decompressor.eof:
                raise archive_is_damaged(f"{section.name} goes on after its end")
            try:
                piece = decompressor.decompress(packed, _PIECE)
            except errors as error:
                raise archive_is_damaged(f"{section.name}: {error}") from None
            packed = decompressor.unused_data
            if piece:
                yield piece
            if not packed and (decompressor.eof or decompressor.needs_input):
                break
    if not decompressor.eof:
        raise archive_is_damaged(f"{section.name} is truncated")


class _Gzip:
    """zlib's decompressor with the interface of lzma's."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_GZIP_WINDOW)
        self._has_more = False

    @property
    def eof(self) -> bool:
        """Return whether the end of the stream was read."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Return whether there is no more output without more input."""
        return not self._has_more

    @property
    def unused_data(self) -> bytes:
        """Return the input after the end of the stream."""
        return self._inner.unused_data

    def decompress(self, packed: bytes, size: int) -> bytes:
        """Return up to `size` bytes of output."""
        piece = self._inner.decompress(self._inner.unconsumed_tail + packed, size)
        # zlib may hold output back without input left over: a full piece means that there may be more.
        self._has_more = bool(self._inner.unconsumed_tail) or len(piece) == size
        return piece


def _by_program(archive: Path, section: Section) -> Generator[bytes, None, None]:
    program = shutil.which("xz")
    if program is None:
        raise xz_is_missing()
    with archive.open("rb", buffering=0) as file:
        file.seek(section.offset)
        # The program reads past the section: --single-stream makes it ignore what follows.
        argv = ["xz", "--decompress", "--stdout", "--single-stream", f"--memlimit-decompress={_XZ_MEMORY}"]
        process = subprocess.Popen(argv, executable=program, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        try:
            yield from iter(partial(process.stdout.read, _PIECE), b"")
            detail = process.stderr.read().decode(errors="replace").strip()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise archive_is_damaged(f"{section.name}: {detail}")
