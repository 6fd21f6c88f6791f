"""The compressed form of a layer: all that is known about gzip and zlib in this package.

https://www.rfc-editor.org/rfc/rfc1952
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import BinaryIO, Optional

from strata.oci.background import Background
from strata.oci.descriptor import LAYER_GZIP
from strata.oci.zip_member import ZipMember

_LEVEL = 6
_MEMORY = 8
# Also undoes the gzip header and checks the sum and the length at the end.
_READ_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 18
# Deflate, no flags, time 0, no hint about the level, operating system unknown (255).
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
# Bytes of a deflate stream from which copying it pays. Smaller files compress much better together with their
# neighbours, and a member of its own costs 18 bytes and a fresh start of the next one. Ten wheels of 13,000 files and
# 500 MB took, in bytes and time and compared to level 6 throughout: from 1024 +2.9 % and 0.19, from 4096 +1.4 % and
# 0.22, from 8192 +0.6 % and 0.30.
COPIED_FROM = 4096


class GzipWriter:
    """Compresses what is written to it; computes the digest of the blob and, for the diff id, that of its input.

    Streams that are deflated already are copied. A gzip file is a row of members (RFC 1952, 2.2), so each of them
    becomes a member of its own, and what is written between two of them one more.

    The digests are right when the writer is finished and the `with` block of `background` has ended. The bytes depend
    on the version of zlib: processes that write layers run on the interpreter artifact, which pins it.
    """

    media_type = LAYER_GZIP

    def __init__(self, output: BinaryIO, background: Background) -> None:
        self._output = output
        self._background = background
        self._input_hash = hashlib.sha256()
        self._blob_hash = hashlib.sha256()
        self._run: Optional[_Run] = None
        self.size = 0

    def write(self, data: bytes) -> None:
        self._background.call(self._input_hash.update, data)
        if self._run is None:
            self._run = _Run()
            self._put(_HEADER)
        self._put(self._run.compress(data))

    def write_member(self, member: ZipMember) -> None:
        """Writes the file that the member holds. Raises StrataError where the member is damaged."""
        pieces = member.pieces(self._background)
        if not member.deflated or member.compressed_size < COPIED_FROM:
            for _, contents in pieces:
                self.write(contents)
            return
        self._end_run()
        self._put(_HEADER)
        for data, contents in pieces:
            self._background.call(self._input_hash.update, contents)
            self._put(data)
        self._put(_trailer(member.crc, member.size))

    def finish(self) -> None:
        """Writes the end of the last member."""
        self._end_run()

    @property
    def diff_id(self) -> str:
        return f"sha256:{self._input_hash.hexdigest()}"

    @property
    def digest(self) -> str:
        return f"sha256:{self._blob_hash.hexdigest()}"

    def _end_run(self) -> None:
        if self._run is not None:
            self._put(self._run.end())
            self._run = None

    def _put(self, data: bytes) -> None:
        if data:
            self._background.call(self._blob_hash.update, data)
            self.size += len(data)
            self._output.write(data)


class _Run:
    """The body and the trailer of a gzip member that we compress."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY, zlib.Z_DEFAULT_STRATEGY)
        self._size = 0
        self._crc = 0

    def compress(self, data: bytes) -> bytes:
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        return self._deflate.compress(data)

    def end(self) -> bytes:
        return self._deflate.flush() + _trailer(self._crc, self._size)


def _trailer(crc: int, size: int) -> bytes:
    """The size counts modulo 2 to the 32nd."""
    return struct.pack("<II", crc, size & 0xFFFFFFFF)


class DamagedBlob(Exception):
    """A blob is not what its media type says; the text tells how, and reads on from the blob's name."""


class BlobReader:
    """The uncompressed side of a layer's blob, gzip or plain. Whatever the blob holds, memory stays constant.

    `diff_id` holds when `read` has come to the end.
    """

    def __init__(self, blob: BinaryIO) -> None:
        self._blob = blob
        self._compressed = blob.read(_PIECE)
        self.is_gzip = self._compressed.startswith(_MAGIC)
        #: Whether the gzip header is the one that GzipWriter writes: without a time, a name or a system.
        self.has_own_header = self._compressed.startswith(_HEADER)
        self._inflate = zlib.decompressobj(_READ_GZIP)
        self._hash = hashlib.sha256()
        self._ready = b""
        self._taken = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, at least one if any is left. Raises DamagedBlob where the blob gives no more."""
        if self._taken == len(self._ready):
            self._ready = self._inflated() if self.is_gzip else self._plain()
            self._taken = 0
            self._hash.update(self._ready)
        data = self._ready[self._taken : self._taken + size]
        self._taken += len(data)
        return data

    @property
    def diff_id(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"

    def _plain(self) -> bytes:
        data, self._compressed = self._compressed, self._blob.read(_PIECE)
        return data

    def _inflated(self) -> bytes:
        while True:
            if self._inflate.eof and not self._next_member():
                return b""
            self._compressed = self._compressed or self._blob.read(_PIECE)
            at_end = not self._compressed
            try:
                data = self._inflate.decompress(self._compressed, _PIECE)
            except zlib.error:
                raise DamagedBlob("holds a damaged gzip stream") from None
            self._compressed = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if data:
                return data
            if at_end and not self._inflate.eof:
                raise DamagedBlob("ends in the middle of its gzip stream")

    def _next_member(self) -> bool:
        """A gzip file may consist of several streams, one after the other."""
        if len(self._compressed) < len(_MAGIC):
            self._compressed += self._blob.read(_PIECE)
        if not self._compressed:
            return False
        if not self._compressed.startswith(_MAGIC):
            raise DamagedBlob("has bytes after its gzip stream")
        self._inflate = zlib.decompressobj(_READ_GZIP)
        return True
