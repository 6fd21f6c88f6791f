"""This module reads the outer archive of a Debian package: common `ar`, without long names.

https://manpages.debian.org/deb.5
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from strata.errors.archive import archive_is_damaged

_MAGIC = b"!<arch>\n"
_HEADER = re.compile(rb"(?P<name>[!-~ ]{16})[0-9 ]{12}[0-9 ]{6}[0-9 ]{6}[0-9 ]{8}(?P<size>[0-9]{1,10}) *`\n")
_HEADER_SIZE = 60


@dataclass(frozen=True)
class Section:
    """A member of the outer archive; `offset` and `size` are in bytes of the file."""

    name: str
    offset: int
    size: int


def read_sections(file: BinaryIO) -> list[Section]:
    """Return all members, in order. Raise StrataError for a file that is not an ar archive to its last byte."""
    file.seek(0)
    if file.read(len(_MAGIC)) != _MAGIC:
        raise archive_is_damaged("it does not start like an ar archive")
    end = file.seek(0, 2)
    sections = []
    offset = len(_MAGIC)
    while offset < end:
        file.seek(offset)
        header = _HEADER.fullmatch(file.read(_HEADER_SIZE))
        if header is None:
            raise archive_is_damaged(f"there is no ar header at byte {offset}")
        # GNU ar ends a name with a slash, dpkg-deb does not.
        name = header["name"].decode().rstrip().removesuffix("/")
        section = Section(name, offset + _HEADER_SIZE, int(header["size"]))
        sections.append(section)
        offset = section.offset + section.size
        if offset > end:
            raise archive_is_damaged(f"{name} ends {offset - end} bytes after the end of the file")
        offset += offset % 2
    return sections
