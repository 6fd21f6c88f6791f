"""Inflates and compresses what wheels hold with the standard library, with isal and with zlib-ng, and prints JSON.

Runs on the toolbox's Python, which has both:

python codecs.py RUNS WHEEL...
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from isal import isal_zlib  # type: ignore[import-not-found]  # pants: no-infer-dep
from zlib_ng import zlib_ng  # type: ignore[import-not-found]  # pants: no-infer-dep

# As strata.oci.blob_writer: larger streams are copied and inflated, the contents of smaller ones compressed together.
_COPIED_FROM = 4096
_PIECE = 1 << 18
# Of each library: its compressor at the level that is nearest to level 5 of zlib.
_LIBRARIES: dict[str, tuple[Any, int]] = {"zlib": (zlib, 5), "isal": (isal_zlib, 2), "zlib-ng": (zlib_ng, 5)}


def main() -> None:
    runs, wheels = int(sys.argv[1]), sys.argv[2:]
    copied, small = _contents(wheels)
    found: dict[str, Any] = {name: {"inflate": [], "compress": []} for name in _LIBRARIES}
    for _ in range(runs):
        for name, (library, level) in _LIBRARIES.items():
            start = time.process_time()
            inflated = sum(_inflated(library, data) for data in copied)
            found[name]["inflate"].append(time.process_time() - start)
            start = time.process_time()
            compressed = _compressed(library, level, small)
            found[name]["compress"].append(time.process_time() - start)
            found[name].update(size=len(compressed), sha256=hashlib.sha256(compressed).hexdigest(), inflated=inflated)
    medians = {
        name: {**each, **{what: statistics.median(each[what]) for what in ("inflate", "compress")}}
        for name, each in found.items()
    }
    print(json.dumps(medians))


def _contents(wheels: list[str]) -> tuple[list[bytes], bytes]:
    """The deflate streams that layers copy, and the content of all other files."""
    copied, small = [], []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive, open(wheel, "rb") as file:
            for info in archive.infolist():
                if info.compress_type == zipfile.ZIP_DEFLATED and info.compress_size >= _COPIED_FROM:
                    # 4.3.7 of the specification of ZIP: a fixed part, then a name and an extra field.
                    file.seek(info.header_offset + 26)
                    lengths = file.read(4)
                    file.seek(sum(int.from_bytes(lengths[at : at + 2], "little") for at in (0, 2)), 1)
                    copied.append(file.read(info.compress_size))
                else:
                    small.append(archive.read(info))
    return copied, b"".join(small)


def _inflated(library: Any, data: bytes) -> int:
    inflate, size = library.decompressobj(-15), 0
    for piece in _pieces(data):
        size += len(inflate.decompress(piece))
    return size + len(inflate.flush())


def _compressed(library: Any, level: int, content: bytes) -> bytes:
    deflate = library.compressobj(level, 8, -15)
    return b"".join([*(deflate.compress(piece) for piece in _pieces(content)), deflate.flush()])


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


if __name__ == "__main__":
    main()
