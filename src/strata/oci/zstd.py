"""This module calls the libzstd that lies beside the running Python.

Where that is the interpreter artifact, its bytes are
pinned with it. A library of the machine is never taken instead.

https://facebook.github.io/zstd/zstd_manual.html
"""

from __future__ import annotations

import ctypes
import functools
import sys
from pathlib import Path
from typing import Optional

MAGIC = b"\x28\xb5\x2f\xfd"

# zstd.h: ZSTD_cParameter and ZSTD_EndDirective.
_COMPRESSION_LEVEL, _CHECKSUM = 100, 201
_CONTINUE, _END = 0, 2
_LEVEL = 3
_PIECE = 1 << 18


class ZstdError(Exception):
    """What libzstd says of data that it cannot read."""


class _Buffer(ctypes.Structure):
    """ZSTD_inBuffer and ZSTD_outBuffer have one form."""

    _fields_ = (("start", ctypes.c_void_p), ("size", ctypes.c_size_t), ("position", ctypes.c_size_t))


def is_available() -> bool:
    """Return whether there is a libzstd beside this Python."""
    return _library(sys.base_prefix) is not None


class ZstdCompressor:
    """One frame, with a checksum. May only be made where libzstd is available."""

    def __init__(self) -> None:
        self._zstd = _loaded()
        self._context = ctypes.c_void_p(self._zstd.ZSTD_createCCtx())
        self._output = ctypes.create_string_buffer(_PIECE)
        for parameter, value in ((_COMPRESSION_LEVEL, _LEVEL), (_CHECKSUM, 1)):
            _check(self._zstd, self._zstd.ZSTD_CCtx_setParameter(self._context, parameter, value))

    def compress(self, data: bytes) -> bytes:
        """Return what is ready of the compressed frame."""
        return self._stream(data, _CONTINUE)

    def flush(self) -> bytes:
        """Return the end of the frame."""
        return self._stream(b"", _END)

    def __del__(self) -> None:
        self._zstd.ZSTD_freeCCtx(self._context)

    def _stream(self, data: bytes, directive: int) -> bytes:
        source = _Buffer(ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), 0)
        pieces = []
        while True:
            target = _Buffer(ctypes.addressof(self._output), _PIECE, 0)
            left = self._zstd.ZSTD_compressStream2(self._context, ctypes.byref(target), ctypes.byref(source), directive)
            _check(self._zstd, left)
            pieces.append(ctypes.string_at(self._output, target.position))
            if source.position == source.size and (directive == _CONTINUE or left == 0):
                return b"".join(pieces)


class ZstdDecompressor:
    """Frames, one after the other. May only be made where libzstd is available."""

    def __init__(self) -> None:
        self._zstd = _loaded()
        self._context = ctypes.c_void_p(self._zstd.ZSTD_createDCtx())
        self._output = ctypes.create_string_buffer(_PIECE)
        self.unconsumed_tail = b""
        #: Whether the data so far ends where a frame does.
        self.eof = False

    def decompress(self, data: bytes) -> bytes:
        """Return a piece of the contents; what of `data` is not needed for it is kept as `unconsumed_tail`.

        Raises ZstdError for data that is damaged.
        """
        source = _Buffer(ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), 0)
        target = _Buffer(ctypes.addressof(self._output), _PIECE, 0)
        left = self._zstd.ZSTD_decompressStream(self._context, ctypes.byref(target), ctypes.byref(source))
        _check(self._zstd, left)
        self.eof = left == 0
        self.unconsumed_tail = data[source.position :]
        return ctypes.string_at(self._output, target.position)

    def __del__(self) -> None:
        self._zstd.ZSTD_freeDCtx(self._context)


@functools.cache
def _library(prefix: str) -> Optional[ctypes.CDLL]:
    """Return the library below a prefix of Debian's layout, lib/x86_64-linux-gnu."""
    for path in sorted(Path(prefix, "lib").glob("*-linux-gnu/libzstd.so.1")):
        library = ctypes.CDLL(str(path))
        for name in ("ZSTD_createCCtx", "ZSTD_createDCtx"):
            getattr(library, name).restype = ctypes.c_void_p
        for name in ("ZSTD_CCtx_setParameter", "ZSTD_compressStream2", "ZSTD_decompressStream"):
            getattr(library, name).restype = ctypes.c_size_t
        library.ZSTD_isError.argtypes = library.ZSTD_getErrorName.argtypes = (ctypes.c_size_t,)
        library.ZSTD_getErrorName.restype = ctypes.c_char_p
        return library
    return None


def _loaded() -> ctypes.CDLL:
    library = _library(sys.base_prefix)
    assert library is not None, "asked for zstd without is_available()"
    return library


def _check(library: ctypes.CDLL, result: int) -> None:
    if library.ZSTD_isError(result):
        raise ZstdError(library.ZSTD_getErrorName(result).decode())
