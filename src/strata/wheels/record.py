"""This module reads RECORD, the list of a distribution's files, which may be malformed, and writes it anew.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import binascii
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from strata.errors import wheels as errors
from strata.pieces import pieces
from strata.wheels.limits import RECORD_BYTES, RECORD_MEMBER_BYTES
from strata.wheels.zip_reader import opened_zip

# The specification asks for SHA-256 or better. Wheels of old times have others, which say what they can.
_ALGORITHMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s"})

Row = tuple[str, str, str]
"""Path, hash, size in bytes; the last two are empty for RECORD itself."""

_URLSAFE, _STANDARD = str.maketrans("+/", "-_"), str.maketrans("-_", "+/")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*", re.ASCII)


@dataclass(frozen=True)
class Summary:
    """The hash and the size that RECORD has of a file; the size is in bytes."""

    sha256: bytes
    size: int

    @classmethod
    def of(cls, stream: IO[bytes]) -> Summary:
        """Return the summary of a stream, read to its end in constant memory."""
        sha256, size = hashlib.sha256(), 0
        for piece in pieces(stream):
            sha256.update(piece)
            size += len(piece)
        return cls(sha256.digest(), size)

    def row(self, path: str) -> Row:
        """Return the row of RECORD for a file with this content."""
        return path, "sha256=" + _urlsafe_base64(self.sha256), str(self.size)


def _urlsafe_base64(data: bytes) -> str:
    """Return base 64 without padding (PEP 427). The module base64 is left out: dozens of processes load this one."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=\n").decode().translate(_URLSAFE)


@dataclass(frozen=True)
class RecordedHash:
    """A hash in a wheel's RECORD.

    :param algorithm: the name that hashlib has for it.
    """

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> RecordedHash:
        """Return the hash of a text `algorithm=digest`. Raise ValueError for one that nothing can be compared with."""
        algorithm, _, encoded = text.partition("=")
        encoded = encoded.rstrip("=").translate(_STANDARD)
        if not _BASE64.fullmatch(encoded):
            raise ValueError(f"{text!r} is not in base 64")
        digest = binascii.a2b_base64(encoded + "=" * (-len(encoded) % 4))
        if algorithm not in _ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
            raise ValueError(f"{text!r} is no hash")
        return cls(algorithm, digest)


def recorded_hashes(text: str) -> dict[str, str]:
    """Return name of a member → its hash as it is written, from the text of a RECORD.

    Rows without a hash, and rows that are not regular, are left out.
    """
    return {row[0]: row[1] for row in _rows(text) if _is_regular_row(row) and row[1]}


def record_text(rows: Iterable[Row]) -> str:
    """Return the text of a RECORD, in one order and one spelling."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(rows))
    return text.getvalue()


def is_regular(text: str) -> bool:
    """Return whether all installers read a RECORD alike.

    Then each line has three fields: a path, a hash or an empty field, and a size or an empty field.
    """
    try:
        return all(map(_is_regular_row, csv.reader(text.splitlines())))
    except csv.Error:
        return False


def _is_regular_row(row: Sequence[str]) -> bool:
    return len(row) == 3 and bool(row[0]) and (not row[1] or "=" in row[1]) and (not row[2] or row[2].isdecimal())


def _rows(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def with_regular_record(wheel: Path, record: str, folder: Path) -> Path:
    """Return a wheel whose RECORD is regular: the wheel itself, or else a copy of it in `folder`.

    Installers differ in the odd lines that they accept, and write a RECORD of their own anyway.

    :param record: the name of the member.
    """
    with opened_zip(wheel, errors.unreadable_wheel) as source:
        limit = RECORD_BYTES + RECORD_MEMBER_BYTES * len(source.members)
        if is_regular(source.read(record, limit).decode("utf-8", "replace")):
            return wheel
        copy = folder / wheel.name
        rows: list[Row] = [(record, "", "")]
        with zipfile.ZipFile(copy, "w") as target:
            for member in source.members:
                if member.filename == record:
                    continue
                with source.open(member) as content:
                    rows.append(Summary.of(content).row(member.filename))
                twin = zipfile.ZipInfo(member.filename)
                twin.external_attr, twin.file_size = member.external_attr, member.file_size
                with source.open(member) as content, target.open(twin, "w") as output:
                    output.writelines(pieces(content))
            target.writestr(record, record_text(rows))
    return copy
