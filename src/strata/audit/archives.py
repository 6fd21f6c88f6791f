"""This module finds installers in archives, and in the archives and compressed files inside them.

An archive is known by its contents. A zip archive has its directory at its end, so anything may stand before it: a line
that runs it, a text, a program. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Callable, Optional, cast

from strata.audit.evidence import ARCHIVE, COMPRESSED, TAR, WHEEL, Evidence, evidence_of_paths
from strata.audit.limits import LEVELS, MEMBERS, PATHS, UNPACKED_BYTES
from strata.audit.programs import ELF, projects_in
from strata.audit.temporary import temporary
from strata.oci.descriptor import DamagedBlob
from strata.oci.tar_reader import TarReader

ZIP_START = b"PK"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zX")
STARTS = (ZIP_START, *_COMPRESSED)
"""What archives and compressed files begin with; a zip archive may begin with anything else."""

START = 4
"""So many first bytes tell what a file is."""

TAIL = 22 + 0xFFFF
"""The end record of a zip archive, 22 bytes and a comment, lies in so many last bytes of a file."""

_END_RECORD = b"PK\5\6"
_TAR_MAGIC = slice(257, 262)
_BLOCK = 512


def has_end_record(tail: bytes) -> bool:
    """Return whether the last TAIL bytes of a file can be those of a zip archive."""
    return _END_RECORD in tail


def evidence_of_archive(path: str, contents: BinaryIO) -> Iterator[Evidence]:
    """Yield what an archive or a compressed file shows; nothing for a file that is neither, or is damaged.

    :param contents: of the file `path`, which can be sought in.
    """
    look = _Look()
    kind = look.into(contents)
    if kind is None:
        return
    # What has the name of a wheel is told by the name; it may hold more than it says.
    named = {each.project for each in evidence_of_paths([path]) if each.kind == WHEEL}
    versions: dict[str, str] = dict.fromkeys(look.projects, "")
    for each in evidence_of_paths(look.paths):
        versions[each.project] = versions.get(each.project) or each.version
    for project, version in sorted(versions.items()):
        if project not in named:
            yield Evidence(path, project, kind, version)


@dataclass
class _Look:
    """A look into one file, with all that is inside it.

    :param paths: of all files in archives, and of those in the archives in them, below these.
    :param projects: those that programs show.
    :param left: bytes that may still be unpacked. :param members: of zip archives that may still be opened.
    """

    paths: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    left: int = UNPACKED_BYTES
    members: int = MEMBERS

    def into(self, contents: BinaryIO, place: str = "", level: int = 0) -> Optional[str]:
        """Take in a file, and return the kind of archive that it is.

        :param place: of the file in those around it, with a slash at its end.
        """
        try:
            contents.seek(0)
            start = contents.read(_BLOCK)
            if start.startswith(_COMPRESSED):
                return self._decompressed(contents, start, place, level)
            if start[_TAR_MAGIC] == b"ustar":
                contents.seek(0)
                return self._tar(contents, place)
            return self._zip(contents, place, level)
        except _damaged():
            return None

    def _add(self, path: str) -> None:
        if len(self.paths) < PATHS:
            self.paths.add(path)

    def _tar(self, contents: BinaryIO, place: str) -> str:
        try:
            for entry in TarReader(contents):
                self._add(place + entry.path)
        except DamagedBlob:
            pass  # tools read what stands before the damage
        return TAR

    def _zip(self, contents: BinaryIO, place: str, level: int) -> Optional[str]:
        if not zipfile.is_zipfile(contents):
            return None
        with zipfile.ZipFile(contents) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            for info in infos:
                self._add(place + info.filename)
            for info in infos if level < LEVELS else ():
                self._member(archive, info, place, level)
        return ARCHIVE

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str, level: int) -> None:
        """Take in a member that is an archive or a compressed file itself."""
        self.members -= 1
        if self.members < 0 or info.file_size <= _BLOCK // 8 or info.flag_bits & 1:
            return
        try:
            with archive.open(info) as member:
                start = member.read(START)
                if start.startswith(STARTS):
                    with self._unpacked(cast(BinaryIO, member), start) as inner:
                        self.into(inner, f"{place}{info.filename}/", level + 1)
        except _damaged():
            return

    def _decompressed(self, contents: BinaryIO, start: bytes, place: str, level: int) -> Optional[str]:
        """Take in what a compressed file holds, if that is an archive or a program: nothing else is unpacked."""
        contents.seek(0)
        with _opener(start)(contents) as stream:
            head = stream.read(_BLOCK)
            is_tar, is_program = head[_TAR_MAGIC] == b"ustar", head.startswith(ELF)
            if level >= LEVELS or not (is_tar or is_program or head.startswith(STARTS)):
                return None
            with self._unpacked(stream, head) as inner:
                if is_program:
                    self.projects.update(project.name for project in projects_in(inner))
                else:
                    self.into(inner, place, level + 1)
        return TAR if is_tar else COMPRESSED

    def _unpacked(self, stream: BinaryIO, start: bytes) -> BinaryIO:
        """Return a file with the rest of a stream behind its start, as far as bytes are left, and what was unpacked."""
        file = temporary()
        piece = start
        while piece and self.left > 0:
            file.write(piece)
            self.left -= len(piece)
            try:
                piece = stream.read(min(1 << 20, max(self.left, 1)))
            except _damaged():
                break
        file.seek(0)
        return file


def _opener(start: bytes) -> Callable[[BinaryIO], BinaryIO]:
    """Return what reads a compressed file. The modules are loaded here: few images have such files."""
    if start.startswith(b"\x1f\x8b"):
        import gzip

        return lambda contents: cast(BinaryIO, gzip.GzipFile(fileobj=contents, mode="rb"))
    if start.startswith(b"BZh"):
        import bz2

        return lambda contents: cast(BinaryIO, bz2.BZ2File(contents))
    import lzma

    return lambda contents: cast(BinaryIO, lzma.LZMAFile(contents))


def _damaged() -> tuple[type[Exception], ...]:
    """Return the errors for an archive that is damaged, or of a kind that is not read."""
    # Loaded once something fails.
    import lzma

    known = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, IndexError)
    return (*known, RuntimeError, NotImplementedError, DamagedBlob)


def tail_of(contents: BinaryIO) -> bytes:
    """Return the last TAIL bytes of a file that can be sought in."""
    size = contents.seek(0, os.SEEK_END)
    contents.seek(max(0, size - TAIL))
    return contents.read(TAIL)
