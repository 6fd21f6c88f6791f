"""The compressed form of a layer: all that is known about gzip and zlib in this package.

https://www.rfc-editor.org/rfc/rfc1952
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import BinaryIO

from strata.oci.descriptor import LAYER_GZIP

_LEVEL = 6
_MEMORY = 8
# Deflate, no flags, time 0, no hint about the level, operating system unknown (255).
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


class GzipWriter:
    """Compresses what is written to it; computes the digest of the blob and, for the diff id, that of its input.

    The bytes depend on the version of zlib: processes that write layers run on the interpreter artifact, which pins it.
    """

    media_type = LAYER_GZIP

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY, zlib.Z_DEFAULT_STRATEGY)
        self._input_hash = hashlib.sha256()
        self._input_size = 0
        self._crc = 0
        self._blob_hash = hashlib.sha256()
        self.size = 0
        self._put(_HEADER)

    def write(self, data: bytes) -> None:
        self._input_hash.update(data)
        self._input_size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        self._put(self._deflate.compress(data))

    def finish(self) -> None:
        """Writes the end of the stream; the digests and the size are right only after it."""
        self._put(self._deflate.flush())
        self._put(struct.pack("<II", self._crc, self._input_size & 0xFFFFFFFF))

    @property
    def diff_id(self) -> str:
        return f"sha256:{self._input_hash.hexdigest()}"

    @property
    def digest(self) -> str:
        return f"sha256:{self._blob_hash.hexdigest()}"

    def _put(self, data: bytes) -> None:
        self._blob_hash.update(data)
        self.size += len(data)
        self._output.write(data)
