"""This module audits a layer by the entries that it is written from."""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Union

from strata.audit.contents import START, evidence_of_file, evidence_of_link, is_read
from strata.audit.evidence import Evidence, evidence_of_paths
from strata.oci.background import Background
from strata.oci.entry import Entry, File, Symlink
from strata.oci.zip_member import ZipMember

_IN_MEMORY = 1 << 20
# Of a deflate stream, more than enough for the first bytes.
_COMPRESSED_START = 512


def installers(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the evidence in the entries of a layer, as JSON values for its description."""
    audit = LayerAudit()
    for entry in entries:
        if isinstance(entry, Symlink):
            audit.add_link(entry.path)
        elif isinstance(entry, File):
            with _opened(entry.source) as contents:
                audit.add_file(entry.path, entry.mode, contents)
    return [each.to_json() for each in audit.evidence()]


class LayerAudit:
    """Takes the files and links of a layer in any order; directories show nothing by themselves."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._found: set[Evidence] = set()

    def add_link(self, path: str) -> None:
        """Take a symbolic or hard link."""
        self._paths.add(path)
        self._found.update(evidence_of_link(path))

    def add_file(self, path: str, mode: int, contents: BinaryIO) -> None:
        """Take a file; `contents` can be sought in."""
        self._paths.add(path)
        self._found.update(evidence_of_file(path, bool(mode & 0o111), contents))

    def evidence(self) -> list[Evidence]:
        """Return all that was found, sorted by path."""
        return sorted({*self._found, *evidence_of_paths(self._paths)})


def _opened(source: Union[bytes, Path, ZipMember]) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path):
        return source.open("rb")
    start = _start(source)
    if not is_read(start):
        return io.BytesIO(start)
    file = temporary()
    with Background() as background:
        for _, contents in source.pieces(background):
            file.write(contents)
    file.seek(0)
    return file


def _start(member: ZipMember) -> bytes:
    """Return the first bytes of the file, and no bytes where it is damaged: the writer of the layer refuses it."""
    with member.archive.open("rb") as archive:
        archive.seek(member.offset)
        data = archive.read(min(_COMPRESSED_START, member.compressed_size))
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, START) if member.deflated else data[:START]
    except zlib.error:
        return b""


def temporary() -> BinaryIO:
    """Return a new file, which stays in memory while it is small."""
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # type: ignore[return-value]
