"""Wheels that are written in pieces, so that a large one needs no memory."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from pathlib import Path

_PIECE = 1 << 20
_COMPRESSIBLE = (b"the same words again and again, as in tables and in debugging information\n" * 15000)[:_PIECE]


def write_large_wheel(folder: Path, megabytes: int) -> Path:
    """`large` 1.0: a library of half of the size, smaller ones that do not compress either, and a table that does.

    :param megabytes: of the wheel, about.
    """
    path = folder / "large-1.0-py3-none-any.whl"
    sizes = {"large/libone.so": megabytes // 2, **{f"large/lib{n}.so": megabytes // 20 for n in range(10)}}
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, size in {**sizes, "large/table.csv": megabytes // 4}.items():
            digest = hashlib.sha256()
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(size):
                    piece = _COMPRESSIBLE if name.endswith(".csv") else os.urandom(_PIECE)
                    digest.update(piece)
                    member.write(piece)
            rows.append(f"{name},sha256={_base64(digest.digest())},{size * _PIECE}")
        metadata = {
            "METADATA": "Metadata-Version: 2.1\nName: large\nVersion: 1.0\n",
            "WHEEL": "Wheel-Version: 1.0\nGenerator: benchmarks\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        for name, text in metadata.items():
            archive.writestr(f"large-1.0.dist-info/{name}", text)
            digest = hashlib.sha256(text.encode())
            rows.append(f"large-1.0.dist-info/{name},sha256={_base64(digest.digest())},{len(text)}")
        record = "large-1.0.dist-info/RECORD"
        archive.writestr(record, "\n".join([*rows, f"{record},,"]) + "\n")
    return path


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
