"""This module writes large wheels in pieces, so that one of many gigabytes needs no memory and little time."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from strata.protocol.wheel import Wheel
from support.venvs.wheels import PLAIN

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Repeated:
    """The content of a file: a piece again and again, which is not held in memory.

    :param level: of deflate; 0 writes blocks that are stored, which is fast for bytes that do not compress.
    """

    piece: bytes
    count: int = 1
    level: int = 1


def write_large_wheel(folder: Path, name: str, files: Mapping[str, Repeated]) -> Wheel:
    """Write version 1.0 of a wheel with these files, and return it. Every member has the fields of ZIP64."""
    wheel = Wheel(name, "1.0", folder / f"{name}-1.0-py3-none-any.whl")
    info = f"{name}-1.0.dist-info"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    texts = {path: Repeated(text.encode()) for path, text in metadata.items()}
    with zipfile.ZipFile(wheel.path, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = [*_written(archive, {**files, **texts}), f"{info}/RECORD,,"]
        archive.writestr(f"{info}/RECORD", "".join(f"{row}\n" for row in rows))
    return wheel


def _written(archive: zipfile.ZipFile, files: Mapping[str, Repeated]) -> Iterator[str]:
    """Write the files, and yield the row of RECORD of each."""
    for path, content in files.items():
        member = zipfile.ZipInfo(path)
        member.external_attr = PLAIN << 16
        member.compress_type = zipfile.ZIP_DEFLATED
        # Python 3.13 gives it a public name.
        member._compresslevel = content.level  # type: ignore[attr-defined]
        sha256 = hashlib.sha256()
        with archive.open(member, "w", force_zip64=True) as output:
            for _ in range(content.count):
                sha256.update(content.piece)
                output.write(content.piece)
        digest = base64.urlsafe_b64encode(sha256.digest()).rstrip(b"=").decode()
        yield f"{path},sha256={digest},{content.count * len(content.piece)}"


def mixed_wheel(folder: Path, megabytes: int) -> Path:
    """`large` 1.0: a library of half of the size, smaller ones that do not compress either, and a table that does.

    :param megabytes: of the wheel, about.
    """
    words = b"the same words again and again, as in tables and in debugging information\n" * 15000
    noise = os.urandom(MEBIBYTE)
    files = {
        "large/libone.so": Repeated(noise, megabytes // 2),
        **{f"large/lib{number}.so": Repeated(noise, megabytes // 20) for number in range(10)},
        "large/table.csv": Repeated(words[:MEBIBYTE], megabytes // 4),
    }
    return write_large_wheel(folder, "large", files).path


def many(count: int, folder: str) -> Iterable[tuple[str, Repeated]]:
    """Yield so many small files, a thousand to a directory."""
    for number in range(count):
        yield f"{folder}/{number // 1000}/{number}.txt", Repeated(b"%d\n" % number)
