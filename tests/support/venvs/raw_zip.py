"""This module writes zip archives field by field, so that each can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class RawMember:
    """A member; what is None is the truth.

    :param shown: the name in the central directory.
    :param local: the name in the header before the data.
    :param offset: of the header, as the directory has it.
    :param size: of the file, as the directory has it; likewise `packed`, of the data.
    """

    name: str
    data: bytes = b""
    shown: Optional[str] = None
    local: Optional[str] = None
    deflated: bool = False
    flags: int = 0x800
    method: Optional[int] = None
    crc: Optional[int] = None
    size: Optional[int] = None
    packed: Optional[int] = None
    offset: Optional[int] = None
    extra: bytes = b""
    local_extra: bytes = b""
    gap: bytes = b""

    @property
    def content(self) -> bytes:
        if not self.deflated:
            return self.data
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(self.data) + packer.flush()

    def header(self, *, central: bool, offset: int = 0) -> bytes:
        """Return the header in front of the data, or the one in the directory."""
        packed = len(self.content) if self.packed is None else self.packed
        size = len(self.data) if self.size is None else self.size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        method = (8 if self.deflated else 0) if self.method is None else self.method
        name, extra = (self.shown, self.extra) if central else (self.local, self.local_extra)
        encoded = (self.name if name is None else name).encode("utf-8", "surrogatepass")
        fields = struct.pack("<5H3L2H", 20, self.flags, method, 0, 0x21, crc, packed, size, len(encoded), len(extra))
        if not central:
            return b"PK\3\4" + fields + encoded + extra
        place = offset if self.offset is None else self.offset
        return b"PK\1\2\x14\3" + fields + struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, place) + encoded + extra


def raw_zip(
    members: Sequence[RawMember], *, before: bytes = b"", after: bytes = b"", gap: bytes = b"", count: int = -1
) -> bytes:
    """Return an archive.

    :param gap: bytes between the last member and the directory.
    :param count: the number of entries in the end record, by default the true one.
    """
    body, directory = before, b""
    for member in members:
        body += member.gap
        directory += member.header(central=True, offset=len(body))
        body += member.header(central=False) + member.content
    body += gap
    entries = len(members) if count < 0 else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, len(directory), len(body), 0)
    return body + directory + end + after
