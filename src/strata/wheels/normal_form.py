"""This module writes a wheel that was built here in one form, so that equal files give equal bytes.

Members are sorted, have the earliest time that ZIP knows and one of two modes, and RECORD is written anew. The contents
of the other files are the build backend's: building twice shows whether they are reproducible.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path

from strata.errors import wheels as errors
from strata.wheels.record import Row, Summary, record_text
from strata.wheels.zip_reader import opened_zip


def write_normalised(wheel: Path, output: Path) -> None:
    """Write `wheel` to `output` in the normal form, without directories and bytecode, in constant memory."""
    rows: list[Row] = []
    with opened_zip(wheel, errors.unreadable_wheel) as source, zipfile.ZipFile(output, "w") as target:
        # Of members with one name, the last.
        members = {member.filename: member for member in source.members}
        for name, found in sorted(members.items()):
            parts = name.split("/")
            if "__pycache__" in parts:
                continue
            if len(parts) == 2 and parts[0].endswith(".dist-info") and parts[1] == "RECORD":
                record = name
                continue
            executable = found.external_attr >> 16 & 0o111 != 0
            with source.open(found) as content:
                rows.append(Summary.of(content).row(name))
            with source.open(found) as content, target.open(_member(name, executable), "w", force_zip64=True) as copy:
                shutil.copyfileobj(content, copy)  # type: ignore[misc]
        target.writestr(_member(record, executable=False), record_text([*rows, (record, "", "")]))


def differing_members(first: Path, second: Path) -> list[str]:
    """Return the names of the members that differ between two wheels, or that one lacks; RECORD is left out."""
    contents = []
    for wheel in (first, second):
        with opened_zip(wheel, errors.unreadable_wheel) as archive:
            contents.append({(item.filename, item.CRC, item.file_size, item.external_attr) for item in archive.members})
    return sorted({name for name, *_ in contents[0] ^ contents[1] if not name.endswith(".dist-info/RECORD")})


def _member(name: str, executable: bool) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)  # Its time is 1980-01-01 unless one is given.
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
    return member
