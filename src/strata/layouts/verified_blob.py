"""This module compares a blob with its descriptor while the blob is read."""

from __future__ import annotations

import hashlib
import os
from types import TracebackType
from typing import BinaryIO, Callable, Optional

from strata.oci.descriptor import DamagedBlob, Descriptor
from strata.pieces import pieces


class VerifiedBlob:
    """The bytes of a blob, front to back. The first read compares the size, the last one the digest.

    As a context manager it turns DamagedBlob, from this blob or from whoever reads what is in it, into the error that
    `failure` makes: a wrong digest is named first, since it explains all other damage.
    """

    def __init__(self, stream: BinaryIO, descriptor: Descriptor, failure: Callable[[DamagedBlob], Exception]) -> None:
        self._stream = stream
        self._descriptor = descriptor
        self._failure = failure
        self._hash = hashlib.new(descriptor.digest.partition(":")[0])
        self._left = descriptor.size
        self._size = os.fstat(stream.fileno()).st_size

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, or all that are left. Raises DamagedBlob where the size or the digest differs."""
        if self._size != self._descriptor.size:
            raise DamagedBlob(f"has {self._size} bytes, but its descriptor says {self._descriptor.size}")
        if not self._left:
            self._compare()
            return b""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._hash.update(data)
        self._left -= len(data)
        if not data and size:
            raise DamagedBlob("became shorter while it was read")
        if not self._left:
            self._compare()
        return data

    def verify(self) -> None:
        """Read the rest. Raises DamagedBlob where the digest differs."""
        for _ in pieces(self):
            pass

    def _compare(self) -> None:
        algorithm = self._descriptor.digest.partition(":")[0]
        found = f"{algorithm}:{self._hash.hexdigest()}"
        if found != self._descriptor.digest:
            raise DamagedBlob(f"has the digest {found}")

    def __enter__(self) -> VerifiedBlob:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        with self._stream:
            if isinstance(error, DamagedBlob):
                try:
                    self.verify()
                except DamagedBlob as damage:
                    error = damage
                raise self._failure(error) from None
