"""This module reads tar archives as anybody may have written them: ustar, pax and GNU forms, read with constant memory.

Our own instead of `tarfile`, which takes metadata of any size into memory, repairs silently what is damaged, and does
not tell what an archive says beyond what it understood.
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Optional

from strata.oci.descriptor import DamagedBlob
from strata.oci.limits import PADDING_BYTES, PATH_CHARACTERS, PATH_PARTS, TAR_HEADER_BYTES
from strata.oci.tar import BLOCK
from strata.pieces import Stream

FILE = "file"
HARD_LINK = "hard link"
SYMLINK = "symbolic link"
DIRECTORY = "directory"
CONTIGUOUS_TYPE, PAX_TYPE, PAX_GLOBAL_TYPE = b"7", b"x", b"g"
_KINDS = {
    b"0": FILE,
    b"\0": FILE,
    CONTIGUOUS_TYPE: FILE,
    b"1": HARD_LINK,
    b"2": SYMLINK,
    b"3": "character device",
    b"4": "block device",
    b"5": DIRECTORY,
    b"6": "named pipe",
}
_GNU_NAME, _GNU_TARGET = b"L", b"K"
TYPES = frozenset({*_KINDS, PAX_TYPE, PAX_GLOBAL_TYPE, _GNU_NAME, _GNU_TARGET})
"""The types of header that are read, as an archive has them."""

_PIECE = 1 << 18

_HERE = re.compile(r"^(\./)+")


class UnknownType(DamagedBlob):
    """A header has a type that is not read.

    :param name: the name in the header.
    :param type: the type, one byte.
    """

    def __init__(self, name: str, type: bytes) -> None:
        super().__init__(f"holds a tar entry of the unknown type {_text(type)!r}")
        self.name = name
        self.type = type


@dataclass(frozen=True)
class TarEntry:
    """One member as the archive has it; bytes that are no UTF-8 are surrogates in the texts.

    :param name: the path as it is written.
    :param path: the path without leading `./` and trailing `/`; empty for the root itself.
    :param size: bytes of contents.
    :param pax: the names of pax records beyond those that the other fields take in, such as extended attributes.
    """

    name: str
    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    target: str
    user: str
    group: str
    pax: tuple[str, ...]


class TarReader:
    """The members of an archive, in their order, and a stream of the contents of the member that was yielded last.

    The iteration passes over contents that were not read, and reads the archive to its end. It raises DamagedBlob where
    the archive is not a tar archive, and UnknownType for a header whose type is not in `types`.
    """

    def __init__(self, archive: Stream, types: Collection[bytes] = TYPES) -> None:
        self._headers = _Headers(archive)
        self._archive = archive
        self._types = types
        self._path = ""
        self._unread = 0
        self._padding = 0

    def __iter__(self) -> Iterator[TarEntry]:
        headers = self._headers
        common: dict[str, str] = {}
        own: dict[str, str] = {}
        while True:
            header = headers.next()
            if header is None:
                return
            kind = header[156:157]
            if kind not in self._types:
                raise UnknownType(headers.name(header), kind)
            if kind in (PAX_TYPE, PAX_GLOBAL_TYPE):
                (own if kind == PAX_TYPE else common).update(headers.records(headers.metadata(header)))
            elif kind == _GNU_NAME:
                own["path"] = _text(headers.metadata(header))
            elif kind == _GNU_TARGET:
                own["linkpath"] = _text(headers.metadata(header))
            else:
                entry = headers.entry(header, {**common, **own})
                own = {}
                self._path, self._unread, self._padding = entry.path, entry.size, -entry.size % BLOCK
                yield entry
                self._skip()
                headers.offset += entry.size + self._padding

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes of the member's contents; fewer only where they end. Raises DamagedBlob."""
        size = min(size, self._unread)
        self._unread -= size
        return _exactly(self._archive, size, self._truncated())

    def _skip(self) -> None:
        left = self._unread + self._padding
        while left:
            data = self._archive.read(min(left, _PIECE))
            if not data:
                raise DamagedBlob(self._truncated())
            left -= len(data)
        self._unread = 0

    def _truncated(self) -> str:
        return f"ends in the middle of {self._path!r}"


class _Headers:
    """The headers of an archive. `offset` is the number of bytes read so far, contents included."""

    def __init__(self, archive: Stream) -> None:
        self._archive = archive
        self.offset = 0

    def next(self) -> Optional[bytes]:
        """Return the next block, which is a header with the right sum; None at the end of the archive."""
        header = self._take(BLOCK, "ends without the two empty blocks that end a tar archive")
        if not any(header):
            if any(self._take(BLOCK, "ends without the two empty blocks that end a tar archive")):
                raise self._damaged()
            self._end()
            return None
        summed = header[:148] + b" " * 8 + header[156:]
        # Some writers of old took bytes for signed numbers.
        signed = sum(byte - 256 if byte > 127 else byte for byte in summed)
        if self.number(header, 148, 8) not in (sum(summed), signed):
            raise self._damaged()
        return header

    def number(self, header: bytes, start: int, length: int) -> int:
        """Return a number from octal digits, or from GNU's form: the highest bit set, the rest binary."""
        field = header[start : start + length]
        if field[0] in (0x80, 0xFF):
            return int.from_bytes(field[1:], "big") - (0 if field[0] == 0x80 else 1 << 8 * (length - 1))
        digits = field.split(b"\0")[0].strip(b" ")
        if digits.strip(b"01234567"):
            raise self._damaged()
        return int(digits or b"0", 8)

    def natural(self, header: bytes, start: int, length: int) -> int:
        """Return a number that cannot be negative: a size, an owner."""
        number = self.number(header, start, length)
        if number < 0:
            raise self._damaged()
        return number

    def size(self, header: bytes) -> int:
        """Return how many bytes follow a header."""
        return self.natural(header, 124, 12)

    def name(self, header: bytes) -> str:
        """Return the name that is in a header itself."""
        name, prefix = _text(header[:100]), _text(header[345:500])
        # Only POSIX archives have a prefix: GNU tar keeps other things there.
        return f"{prefix}/{name}" if prefix and header[257:263] == b"ustar\0" else name

    def metadata(self, header: bytes) -> bytes:
        """Return the bytes that follow a header and tell of the next one."""
        size = self.size(header)
        if size > TAR_HEADER_BYTES:
            raise DamagedBlob(f"has a tar header of {size} bytes, more than any file needs")
        data = self._take(size, "ends in the middle of a tar header")
        self._take(-size % BLOCK, "ends in the middle of a tar header")
        return data

    def records(self, data: bytes) -> dict[str, str]:
        r"""Return pax records: `LENGTH name=value\n`, one after the other, where LENGTH counts all of its record."""
        records = {}
        start = 0
        while start < len(data):
            space = data.find(b" ", start, start + 8)
            length = data[start:space] if space > start else b""
            end = start + int(length) if length.isdigit() else 0
            name, equals, value = data[space + 1 : end].partition(b"=")
            if not (equals and value.endswith(b"\n")) or end > len(data):
                raise self._damaged()
            records[_text(name)] = value[:-1].decode(errors="surrogateescape")
            start = end
        return records

    def entry(self, header: bytes, records: dict[str, str]) -> TarEntry:
        kind = _KINDS[header[156:157]]
        name = records.pop("path", self.name(header))
        target = records.pop("linkpath", _text(header[157:257]))
        for path in (name, target):
            if len(path) > PATH_CHARACTERS:
                raise DamagedBlob(f"holds a path of {len(path)} characters, longer than any file can have")
        if name.count("/") > PATH_PARTS:
            raise DamagedBlob(f"holds a path of more than {PATH_PARTS} parts")
        if kind == FILE and name.endswith("/"):
            kind = DIRECTORY
        size = self._decimal(records.pop("size", None), self.size(header))
        return TarEntry(
            name=name,
            path=_shortened(name),
            kind=kind,
            mode=self.natural(header, 100, 8) & 0o7777,
            uid=self._decimal(records.pop("uid", None), self.natural(header, 108, 8)),
            gid=self._decimal(records.pop("gid", None), self.natural(header, 116, 8)),
            # Only files have contents; what others say is a hint that readers pass over.
            size=size if kind == FILE else 0,
            mtime=self.number(header, 136, 12),
            target=target,
            user=records.pop("uname", _text(header[265:297])),
            group=records.pop("gname", _text(header[297:329])),
            pax=tuple(sorted(records)),
        )

    def _decimal(self, digits: Optional[str], otherwise: int) -> int:
        if digits is None:
            return otherwise
        # Longer numbers than any file is long would also be slow to convert.
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise self._damaged()
        return int(digits)

    def _end(self) -> None:
        padding = 0
        while True:
            data = self._archive.read(_PIECE)
            if not data:
                return
            padding += len(data)
            if padding > PADDING_BYTES or data.strip(b"\0"):
                raise DamagedBlob("has bytes after the end of its tar archive")

    def _take(self, size: int, otherwise: str) -> bytes:
        data = _exactly(self._archive, size, otherwise)
        self.offset += size
        return data

    def _damaged(self) -> DamagedBlob:
        return DamagedBlob(f"holds a damaged tar header before byte {self.offset}")


def _exactly(stream: Stream, size: int, otherwise: str) -> bytes:
    """Return the next `size` bytes. Raises DamagedBlob with the text `otherwise` where there are fewer."""
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            raise DamagedBlob(otherwise)
        size -= len(part)
        parts.append(part)
    return b"".join(parts)


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode(errors="surrogateescape")


def _shortened(name: str) -> str:
    name = _HERE.sub("", name)
    return "" if name == "." else name.rstrip("/") or name[:1]
