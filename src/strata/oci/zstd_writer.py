"""This module writes the blob of a layer as zstd, for registries and runtimes that take it."""

from __future__ import annotations

from typing import BinaryIO

from strata.errors import oci as errors
from strata.oci import zstd
from strata.oci.background import Background
from strata.oci.blob_writer import BlobWriter
from strata.oci.descriptor import LAYER_ZSTD


class ZstdWriter(BlobWriter):
    """Raises StrataError where this Python has no libzstd."""

    media_type = LAYER_ZSTD

    def __init__(self, output: BinaryIO, background: Background) -> None:
        super().__init__(output, background)
        if not zstd.is_available():
            raise errors.no_zstd()
        self._zstd = zstd.ZstdCompressor()

    def finish(self) -> None:
        """Write the end of the frame."""
        self._put(self._zstd.flush())

    def _compress(self, data: bytes) -> bytes:
        return self._zstd.compress(data)
