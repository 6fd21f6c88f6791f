"""This module reads the uncompressed side of a layer's blob.

https://www.rfc-editor.org/rfc/rfc1952
https://www.rfc-editor.org/rfc/rfc8878
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from strata.layouts.limits import EMPTY_STREAMS
from strata.oci import zstd
from strata.oci.blob_writer import GZIP_HEADER
from strata.oci.descriptor import LAYER_GZIP, LAYER_TAR, LAYER_ZSTD, LAYERS, DamagedBlob
from strata.pieces import Stream

_GZIP_MAGIC = GZIP_HEADER[:2]
# Also undoes the gzip header and checks the sum and the length at the end.
_READ_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 18
# Smaller, because the rest is copied at the end of each stream.
_GZIP_PIECE = 1 << 14


def can_read(media_type: str) -> bool:
    """Return whether BlobReader reads layers of a media type here: for zstd, Python needs a library beside it."""
    return media_type in LAYERS and (media_type != LAYER_ZSTD or zstd.is_available())


class BlobReader:
    """The uncompressed side of a layer's blob: gzip, zstd or plain. Whatever the blob holds, memory stays constant.

    `diff_id` holds when `read` has come to the end.
    """

    def __init__(self, blob: Stream) -> None:
        start = blob.read(_PIECE)
        #: LAYER_GZIP, LAYER_ZSTD or LAYER_TAR, by the first bytes.
        self.media_type = LAYER_TAR
        #: Whether a gzip stream has the header that we write: without a time, a name or a system.
        self.has_own_header = start.startswith(GZIP_HEADER)
        if start.startswith(_GZIP_MAGIC):
            self.media_type = LAYER_GZIP
            self._pieces = _gzip_pieces(start, blob)
        elif start.startswith(zstd.MAGIC):
            self.media_type = LAYER_ZSTD
            self._pieces = _zstd_pieces(start, blob)
        else:
            self._pieces = _plain_pieces(start, blob)
        self._hash = hashlib.sha256()
        self._ready = b""
        self._taken = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, at least one if any is left. Raises DamagedBlob where the blob gives no more."""
        if self._taken == len(self._ready):
            self._ready = next(self._pieces, b"")
            self._taken = 0
            self._hash.update(self._ready)
        data = self._ready[self._taken : self._taken + size]
        self._taken += len(data)
        return data

    @property
    def diff_id(self) -> str:
        """Return the digest of what was read; at the end it is the diff id."""
        return f"sha256:{self._hash.hexdigest()}"


def _plain_pieces(data: bytes, blob: Stream) -> Iterator[bytes]:
    while data:
        yield data
        data = blob.read(_PIECE)


def _gzip_pieces(data: bytes, blob: Stream) -> Iterator[bytes]:
    """Yield the contents of all streams: a gzip file may consist of several, one after the other."""
    inflate = zlib.decompressobj(_READ_GZIP)
    empty, is_empty = 0, True
    while True:
        data = data or blob.read(_GZIP_PIECE)
        at_end = not data
        try:
            contents = inflate.decompress(data, _PIECE)
        except zlib.error:
            raise DamagedBlob("holds a damaged gzip stream") from None
        if contents:
            is_empty = False
            yield contents
        data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if inflate.eof:
            empty, is_empty = empty + is_empty, True
            if empty > EMPTY_STREAMS:
                raise DamagedBlob(f"holds more than {EMPTY_STREAMS} empty gzip streams")
            if len(data) < len(_GZIP_MAGIC):
                data += blob.read(_GZIP_PIECE)
            if not data:
                return
            if not data.startswith(_GZIP_MAGIC):
                raise DamagedBlob("has bytes after its gzip stream")
            inflate = zlib.decompressobj(_READ_GZIP)
        elif at_end and not contents:
            raise DamagedBlob("ends in the middle of its gzip stream")


def _zstd_pieces(data: bytes, blob: Stream) -> Iterator[bytes]:
    """Yield the contents of all frames: a zstd file may consist of several, one after the other."""
    if not zstd.is_available():
        raise DamagedBlob("is compressed with zstd, which this Python has no library for")
    decompressor = zstd.ZstdDecompressor()
    while True:
        data = data or blob.read(_PIECE)
        if not data and decompressor.eof:
            return
        at_end = not data
        try:
            contents = decompressor.decompress(data)
        except zstd.ZstdError:
            raise DamagedBlob("holds a damaged zstd stream") from None
        if contents:
            yield contents
        elif at_end:
            raise DamagedBlob("ends in the middle of its zstd stream")
        data = decompressor.unconsumed_tail
