"""This module reads tar archives as anybody may have written them: ustar, pax and GNU forms, read with constant memory.

Our own instead of `tarfile`, which takes metadata of any size into memory, repairs silently what is damaged, and does
not tell what an archive says beyond what it understood.
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Callable, Optional

from strata.oci.tar import BLOCK
from strata.pieces import Stream

FILE = "file"
HARD_LINK = "hard link"
SYMLINK = "symbolic link"
DIRECTORY = "directory"
_KINDS = {
    b"0": FILE,
    b"\0": FILE,
    b"7": FILE,
    b"1": HARD_LINK,
    b"2": SYMLINK,
    b"3": "character device",
    b"4": "block device",
    b"5": DIRECTORY,
    b"6": "named pipe",
}
_PAX, _PAX_GLOBAL, _GNU_NAME, _GNU_TARGET = b"x", b"g", b"L", b"K"

# Linux refuses longer paths.
_PATH_LIMIT = 4096
# Far above what paths and extended attributes need, far below what would hurt.
_METADATA_LIMIT = 1 << 20
# Writers fill the last record of an archive with zeros; more of them than this are a bomb.
_PADDING_LIMIT = 1 << 20
_PIECE = 1 << 18

_HERE = re.compile(r"^(\./)+")


class DamagedBlob(Exception):
    """A blob is not what its media type says; the text tells how, and reads on from the blob's name."""


@dataclass(frozen=True)
class TarEntry:
    """One member as the archive has it; bytes that are no UTF-8 are surrogates in the texts.

    :param path: without leading `./` and trailing `/`; empty for the root itself.
    :param size: bytes of contents.
    :param pax: the names of pax records beyond those that the other fields take in, such as extended attributes.
    """

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


def read_tar(blob: Stream, contents: Optional[Callable[[bytes], object]] = None) -> Iterator[TarEntry]:
    """Yield the members in their order, then read `blob` to its end. Raises DamagedBlob where it is not a tar archive.

    :param contents: takes the contents of a member, piece by piece, before the member is yielded.
    """
    archive = _Archive(blob)
    common: dict[str, str] = {}
    own: dict[str, str] = {}
    while True:
        header = archive.header()
        if header is None:
            return
        kind, size = header[156:157], archive.size(header)
        if kind in (_PAX, _PAX_GLOBAL):
            (own if kind == _PAX else common).update(archive.records(archive.metadata(size)))
        elif kind == _GNU_NAME:
            own["path"] = _text(archive.metadata(size))
        elif kind == _GNU_TARGET:
            own["linkpath"] = _text(archive.metadata(size))
        else:
            entry = archive.entry(header, {**common, **own})
            own = {}
            archive.pass_over(entry.size, entry.path, contents)
            yield entry


class _Archive:
    def __init__(self, blob: Stream) -> None:
        self._blob = blob
        self._offset = 0

    def header(self) -> Optional[bytes]:
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
        """Octal digits, or GNU's form for large and negative numbers: the highest bit set, the rest binary."""
        field = header[start : start + length]
        if field[0] in (0x80, 0xFF):
            return int.from_bytes(field[1:], "big") - (0 if field[0] == 0x80 else 1 << 8 * (length - 1))
        digits = field.split(b"\0")[0].strip(b" ")
        if digits.strip(b"01234567"):
            raise self._damaged()
        return int(digits or b"0", 8)

    def size(self, header: bytes) -> int:
        size = self.number(header, 124, 12)
        if size < 0:
            raise self._damaged()
        return size

    def metadata(self, size: int) -> bytes:
        if size > _METADATA_LIMIT:
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
        kind = _KINDS.get(header[156:157])
        if kind is None:
            raise DamagedBlob(f"holds a tar entry of the unknown type {_text(header[156:157])!r}")
        name, prefix = _text(header[:100]), _text(header[345:500])
        # Only POSIX archives have a prefix: GNU tar keeps other things there.
        if prefix and header[257:263] == b"ustar\0":
            name = f"{prefix}/{name}"
        name = records.pop("path", name)
        if len(name) > _PATH_LIMIT:
            raise DamagedBlob(f"holds a path of {len(name)} characters, longer than any file can have")
        if kind == FILE and name.endswith("/"):
            kind = DIRECTORY
        size = self._decimal(records.pop("size", None), self.size(header))
        return TarEntry(
            path=_shortened(name),
            kind=kind,
            mode=self.number(header, 100, 8) & 0o7777,
            uid=self._decimal(records.pop("uid", None), self.number(header, 108, 8)),
            gid=self._decimal(records.pop("gid", None), self.number(header, 116, 8)),
            # Only files have contents; what others say is a hint that readers pass over.
            size=size if kind == FILE else 0,
            mtime=self.number(header, 136, 12),
            target=records.pop("linkpath", _text(header[157:257])),
            user=records.pop("uname", _text(header[265:297])),
            group=records.pop("gname", _text(header[297:329])),
            pax=tuple(sorted(records)),
        )

    def pass_over(self, size: int, path: str, contents: Optional[Callable[[bytes], object]]) -> None:
        left = size + -size % BLOCK
        while left:
            data = self._blob.read(min(left, _PIECE))
            if not data:
                raise DamagedBlob(f"ends in the middle of {path!r}")
            if contents and size:
                contents(data[:size])
                size -= min(size, len(data))
            left -= len(data)
            self._offset += len(data)

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
            data = self._blob.read(_PIECE)
            if not data:
                return
            padding += len(data)
            if padding > _PADDING_LIMIT or data.strip(b"\0"):
                raise DamagedBlob("has bytes after the end of its tar archive")

    def _take(self, size: int, otherwise: str) -> bytes:
        """Exactly `size` bytes."""
        data = b""
        while len(data) < size:
            more = self._blob.read(size - len(data))
            if not more:
                raise DamagedBlob(otherwise)
            data += more
        self._offset += size
        return data

    def _damaged(self) -> DamagedBlob:
        return DamagedBlob(f"holds a damaged tar header before byte {self._offset}")


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode(errors="surrogateescape")


def _shortened(name: str) -> str:
    name = _HERE.sub("", name)
    return "" if name == "." else name.rstrip("/") or name[:1]
