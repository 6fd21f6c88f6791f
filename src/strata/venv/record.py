"""RECORD, the list of a distribution's files: read with suspicion, and written anew.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

_PIECE = 1 << 20

Row = tuple[str, str, str]
"""Path, hash, size in bytes; the last two are empty for RECORD itself."""


@dataclass(frozen=True)
class Summary:
    """What a file's content is known by: in RECORD, and in ZIP."""

    sha256: bytes
    crc: int
    size: int

    @classmethod
    def of(cls, stream: IO[bytes]) -> Summary:
        sha256, crc, size = hashlib.sha256(), 0, 0
        while True:
            piece = stream.read(_PIECE)
            if not piece:
                return cls(sha256.digest(), crc, size)
            sha256.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)

    def row(self, path: str) -> Row:
        return path, "sha256=" + base64.urlsafe_b64encode(self.sha256).rstrip(b"=").decode(), str(self.size)


def record_text(rows: Iterable[Row]) -> str:
    """A RECORD, in one order and one spelling."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(rows))
    return text.getvalue()


def is_regular(text: str) -> bool:
    """Whether every installer reads a RECORD alike: each line has a path, a hash or none, and a size or none."""
    try:
        rows = list(csv.reader(text.splitlines()))
    except csv.Error:
        return False
    return all(
        len(row) == 3 and row[0] and (not row[1] or "=" in row[1]) and (not row[2] or row[2].isdecimal())
        for row in rows
    )


def with_regular_record(wheel: Path, record: str, folder: Path) -> Path:
    """The wheel; or, where its RECORD (a member's name) is not regular, a copy in `folder` with one that is.

    Installers differ in the odd lines that they accept, and write a RECORD of their own anyway.
    """
    with zipfile.ZipFile(wheel) as source:
        if is_regular(source.read(record).decode("utf-8", "replace")):
            return wheel
        copy = folder / wheel.name
        rows: list[Row] = [(record, "", "")]
        with zipfile.ZipFile(copy, "w") as target:
            for member in source.infolist():
                if member.filename == record:
                    continue
                with source.open(member) as content:
                    rows.append(Summary.of(content).row(member.filename))
                twin = zipfile.ZipInfo(member.filename)
                twin.external_attr, twin.file_size = member.external_attr, member.file_size
                with source.open(member) as content, target.open(twin, "w") as output:
                    output.writelines(iter(partial(content.read, _PIECE), b""))
            target.writestr(record, record_text(rows))
    return copy
