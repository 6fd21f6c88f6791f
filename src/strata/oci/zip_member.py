"""Members of zip archives, as sources of files: checked while they are read, and readable without being inflated.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import BinaryIO, Callable, Optional

from strata.errors import StrataError
from strata.errors import oci as errors
from strata.oci.background import Background

# 4.3.7: signature, version, flags, method, time, date, CRC, compressed size, size, lengths of name and extra field.
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\3\4"
# 4.3.9: after the data, where the writer did not know the sizes before; sizes of 4 or 8 bytes, the signature optional.
_DESCRIPTORS = tuple(struct.Struct(form) for form in ("<4s3L", "<4sL2Q", "<0s3L", "<0sL2Q"))
_DESCRIPTOR_SIGNATURE = b"PK\7\x08"
# 4.4.4: encrypted, patched data, strongly encrypted, masked headers.
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_PATCH = 0x0020
_SIZES_FOLLOW = 0x0008
_UTF8 = 0x0800
# 4.5.3: the extra field that holds sizes which 4 bytes cannot.
_ZIP64 = 0x0001
_ELSEWHERE = 0xFFFFFFFF
_PIECE = 1 << 18

Watch = Callable[[Iterator[tuple[bytes, bytes]]], Iterator[tuple[bytes, bytes]]]
"""What sees the pieces of a member (`ZipMember.pieces`) while they are read, and yields them on."""


@dataclass(frozen=True)
class ZipMember:
    """A file in a zip archive. `ZipMember.find` makes one that can be trusted to lie where it says.

    :param name: as the archive has it, for errors.
    :param offset: of its data in the archive, in bytes.
    :param compressed_size: of its data.
    :param size: of the file.
    :param deflated: whether the data is a deflate stream; otherwise it is the file's bytes as they are.
    :param sha256: what the file must have, in hexadecimal digits; None where only CRC and size are known.
    """

    archive: Path
    name: str
    offset: int
    compressed_size: int
    size: int
    crc: int
    deflated: bool
    sha256: Optional[str] = None

    @classmethod
    def find(cls, archive: Path, info: zipfile.ZipInfo, *, sha256: Optional[str] = None) -> ZipMember:
        """Return the member that `info`, an entry of the archive's directory, leads to.

        Raises StrataError where the header in front of the data says anything else than the directory, and for
        encrypted members and methods other than stored and deflated.
        """
        with archive.open("rb", buffering=0) as stream:
            return cls._in(stream, archive, info, sha256)

    @classmethod
    def find_all(cls, archive: Path, infos: Iterable[zipfile.ZipInfo]) -> list[ZipMember]:
        """Return the members that many entries lead to, in their order. The archive is opened once."""
        with archive.open("rb") as stream:
            return [cls._in(stream, archive, info, None) for info in infos]

    @classmethod
    def _in(cls, stream: BinaryIO, archive: Path, info: zipfile.ZipInfo, sha256: Optional[str]) -> ZipMember:
        if info.flag_bits & _ENCRYPTED:
            raise errors.bad_zip_member(archive.name, info.filename, "it is encrypted")
        if info.flag_bits & _PATCH:
            raise errors.bad_zip_member(archive.name, info.filename, "it is a patch of another file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            reason = f"it is compressed by the method {info.compress_type}, neither stored nor deflated"
            raise errors.bad_zip_member(archive.name, info.filename, reason)
        offset = _data_offset(stream, info, archive.name)
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        return cls(archive, info.filename, offset, info.compress_size, info.file_size, info.CRC, deflated, sha256)

    def read_bytes(self) -> bytes:
        """All of the file. Raises StrataError where the member is not what it says."""
        with Background() as background:
            return b"".join(contents for _, contents in self.pieces(background))

    def pieces(self, background: Background) -> Iterator[tuple[bytes, bytes]]:
        """Pieces of the data as it is in the archive, each with what it inflates to; one of both may be empty.

        Raises StrataError as soon as the member proves not to be what it says; for its sha256 `background` does.
        """
        digest = hashlib.sha256()
        crc = size = 0
        for data, contents in self._inflated() if self.deflated else self._stored():
            size += len(contents)
            if size > self.size:
                raise self._bad(f"it holds more than the {self.size} bytes that the archive's directory says")
            crc = zlib.crc32(contents, crc)
            if self.sha256 is not None:
                background.call(digest.update, contents)
            yield data, contents
        if size != self.size:
            raise self._bad(f"it holds {size} bytes, not the {self.size} that the archive's directory says")
        if crc != self.crc:
            raise self._bad(f"its CRC is {crc:08x}, not {self.crc:08x}")
        if self.sha256 is not None:
            background.call(lambda _: self._check_sha256(digest.hexdigest()), b"")

    def watched(self, watch: Watch) -> ZipMember:
        """Return a member to read in the place of this one: `watch` sees the pieces, and yields them on."""
        own = {each.name: getattr(self, each.name) for each in fields(ZipMember)}
        return _Watched(**own, inner=self, watch=watch)

    def _check_sha256(self, found: str) -> None:
        if found != self.sha256:
            raise self._bad(f"its sha256 is {found}, not {self.sha256}")

    def _data(self) -> Iterator[bytes]:
        with self.archive.open("rb", buffering=0) as stream:
            stream.seek(self.offset)
            left = self.compressed_size
            while left:
                data = stream.read(min(left, _PIECE))
                if not data:
                    raise self._bad("the archive ends in the middle of it")
                left -= len(data)
                yield data

    def _stored(self) -> Iterator[tuple[bytes, bytes]]:
        return ((data, data) for data in self._data())

    def _inflated(self) -> Iterator[tuple[bytes, bytes]]:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        for data in self._data():
            if inflate.eof:
                raise self._bad("it has bytes after its deflate stream")
            yield data, self._more(inflate, data)
            while inflate.unconsumed_tail:
                yield b"", self._more(inflate, inflate.unconsumed_tail)
        while not inflate.eof:
            contents = self._more(inflate, b"")
            if not contents and not inflate.eof:
                raise self._bad("its deflate stream has no end")
            yield b"", contents
        if inflate.unused_data:
            raise self._bad("it has bytes after its deflate stream")

    def _more(self, inflate: zlib._Decompress, data: bytes) -> bytes:
        try:
            return inflate.decompress(data, _PIECE)
        except zlib.error:
            raise self._bad("its deflate stream is damaged") from None

    def _bad(self, reason: str) -> StrataError:
        return errors.bad_zip_member(self.archive.name, self.name, reason)


@dataclass(frozen=True)
class _Watched(ZipMember):
    """A member whose pieces something sees.

    :param inner: the member itself.
    """

    inner: Optional[ZipMember] = field(default=None, compare=False, repr=False)
    watch: Optional[Watch] = field(default=None, compare=False, repr=False)

    def pieces(self, background: Background) -> Iterator[tuple[bytes, bytes]]:
        assert self.inner is not None
        assert self.watch is not None
        return self.watch(self.inner.pieces(background))


def _data_offset(stream: BinaryIO, info: zipfile.ZipInfo, archive: str) -> int:
    """Where the data begins. Raises StrataError unless all that stands around it agrees with the directory."""

    def bad(what: str) -> StrataError:
        return errors.bad_zip_member(archive, info.filename, f"{what} is not what the archive's directory says")

    if info.header_offset < 0:
        raise bad("the place of its header")
    stream.seek(info.header_offset)
    fixed = stream.read(_LOCAL.size)
    if len(fixed) != _LOCAL.size or not fixed.startswith(_LOCAL_SIGNATURE):
        raise bad("the place of its header")
    _, _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack(fixed)
    variable = stream.read(name_length + extra_length)
    name = variable[:name_length].decode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")
    if name != info.orig_filename:
        raise bad("the name in its header")
    if method != info.compress_type or (flags ^ info.flag_bits) & (_ENCRYPTED | _PATCH | _SIZES_FOLLOW):
        raise bad("the method in its header")
    if _ELSEWHERE in (compressed, size):
        size, compressed = _zip64_sizes(variable[name_length:], size, compressed)
    wanted = (info.CRC, info.compress_size, info.file_size)
    follow = bool(flags & _SIZES_FOLLOW)
    for found, real in zip((crc, compressed, size), wanted):
        if found != real and not (follow and found == 0):
            raise bad("the size or CRC in its header")
    offset = info.header_offset + len(fixed) + len(variable)
    if follow:
        stream.seek(offset + info.compress_size)
        if not _follows(stream.read(max(form.size for form in _DESCRIPTORS)), wanted):
            raise bad("the size or CRC after its data")
    return offset


def _zip64_sizes(extra: bytes, size: int, compressed: int) -> tuple[int, int]:
    """Size and compressed size with those that stand in the extra field taken from there."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == _ZIP64:
            numbers = iter(struct.unpack_from(f"<{min(length, len(extra) - 4) // 8}Q", extra, 4))
            size = next(numbers, size) if size == _ELSEWHERE else size
            compressed = next(numbers, compressed) if compressed == _ELSEWHERE else compressed
            break
        extra = extra[4 + length :]
    return size, compressed


def _follows(data: bytes, wanted: tuple[int, int, int]) -> bool:
    """Whether `data` begins with a data descriptor of these: CRC, compressed size, size."""
    for form in _DESCRIPTORS:
        if len(data) >= form.size:
            signature, *found = form.unpack_from(data)
            if signature in (b"", _DESCRIPTOR_SIGNATURE) and tuple(found) == wanted:
                return True
    return False
