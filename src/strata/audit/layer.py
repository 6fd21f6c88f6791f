"""The audit of one layer: of the entries that it is written from, or of a blob that anybody may have written."""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Optional, Union

from strata.audit.contents import START, evidence_of_file, evidence_of_link, is_read
from strata.audit.evidence import Evidence, evidence_of_paths
from strata.oci.background import Background
from strata.oci.compression import BlobReader
from strata.oci.entry import Entry, File, Symlink
from strata.oci.tar_reader import DIRECTORY, HARD_LINK, SYMLINK, read_tar
from strata.oci.zip_member import ZipMember

_IN_MEMORY = 1 << 20
# Of a deflate stream, more than enough for the first bytes.
_COMPRESSED_START = 512


def installers(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """For the description of a layer: the evidence in what it is made of, as JSON values."""
    audit = _LayerAudit()
    for entry in entries:
        if isinstance(entry, Symlink):
            audit.add_link(entry.path)
        elif isinstance(entry, File):
            with _opened(entry.source) as contents:
                audit.add_file(entry.path, entry.mode, contents)
    return [each.to_json() for each in audit.evidence()]


def evidence_in_blob(stream: BinaryIO) -> list[Evidence]:
    """Raises DamagedBlob where the stream is not a layer's blob."""
    audit = _LayerAudit()
    kept = _Kept()
    for entry in read_tar(BlobReader(stream), kept.take):
        contents = kept.give()
        if entry.kind in (SYMLINK, HARD_LINK):
            audit.add_link(entry.path)
        elif entry.kind != DIRECTORY:
            with contents:
                audit.add_file(entry.path, entry.mode, contents)
    return audit.evidence()


class _LayerAudit:
    """Takes the files and links of a layer in any order; directories show nothing by themselves."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._found: set[Evidence] = set()

    def add_link(self, path: str) -> None:
        self._paths.add(path)
        self._found.update(evidence_of_link(path))

    def add_file(self, path: str, mode: int, contents: BinaryIO) -> None:
        self._paths.add(path)
        self._found.update(evidence_of_file(path, bool(mode & 0o111), contents))

    def evidence(self) -> list[Evidence]:
        """All that was found, sorted by path."""
        return sorted({*self._found, *evidence_of_paths(self._paths)})


class _Kept:
    """The contents of one member of a tar archive after the other: of most, only the first piece is kept."""

    def __init__(self) -> None:
        self._file: Optional[BinaryIO] = None
        self._complete = False

    def take(self, piece: bytes) -> None:
        if self._file is None:
            self._file = _temporary()
            # A piece can be shorter than what tells the kind of a file.
            self._complete = len(piece) < START or is_read(piece)
            self._file.write(piece)
        elif self._complete:
            self._file.write(piece)

    def give(self) -> BinaryIO:
        """What was kept since the last call."""
        file, self._file = self._file or _temporary(), None
        file.seek(0)
        return file


def _opened(source: Union[bytes, Path, ZipMember]) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path):
        return source.open("rb")
    start = _start(source)
    if not is_read(start):
        return io.BytesIO(start)
    file = _temporary()
    with Background() as background:
        for _, contents in source.pieces(background):
            file.write(contents)
    file.seek(0)
    return file


def _start(member: ZipMember) -> bytes:
    """The first bytes of the file; of a damaged one none, as it will be refused where it is written."""
    with member.archive.open("rb") as archive:
        archive.seek(member.offset)
        data = archive.read(min(_COMPRESSED_START, member.compressed_size))
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, START) if member.deflated else data[:START]
    except zlib.error:
        return b""


def _temporary() -> BinaryIO:
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # type: ignore[return-value]
