"""This module audits a layer by the entries that it is written from."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Callable, Union

from strata.audit.archives import TAIL, has_end_record
from strata.audit.contents import START, evidence_of_file, evidence_of_link, is_read
from strata.audit.evidence import Evidence, evidence_of_paths
from strata.audit.temporary import temporary
from strata.oci.background import Background
from strata.oci.entry import Entry, File, Symlink
from strata.oci.zip_member import ZipMember

# Of a deflate stream, more than enough for the first bytes.
_COMPRESSED_START = 512


def installers(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the evidence in the entries of a layer, as JSON values for its description."""
    return audited(entries)[1]


def audited(entries: Iterable[Entry]) -> tuple[list[Entry], list[dict[str, Any]]]:
    """Return entries to write in the place of these, and the evidence in them, as JSON values.

    Most members of zip archives are not read twice: their last bytes are looked at while the layer is written. What
    these show comes into the list then, so it is complete when the layer is written.
    """
    audit, found, watched = LayerAudit(), list[dict[str, Any]](), list[Entry]()
    for entry in entries:
        if isinstance(entry, Symlink):
            audit.add_link(entry.path)
        elif isinstance(entry, File):
            source = entry.source
            if isinstance(source, ZipMember) and not is_read(entry.path, _start(source)):
                audit.add_path(entry.path)
                entry = replace(entry, source=source.watched(partial(_look_at_end, _late(audit, entry, found))))
            else:
                with _opened(source) as contents:
                    audit.add_file(entry.path, entry.mode, contents)
        watched.append(entry)
    found += audit.to_json()
    return watched, found


def _late(audit: LayerAudit, file: File, found: list[dict[str, Any]]) -> Callable[[], None]:
    """Return a function that reads all of a file whose last bytes ask for it."""

    def read() -> None:
        with _opened(file.source) as contents:
            audit.add_file(file.path, file.mode, contents)
        found[:] = audit.to_json()

    return read


class LayerAudit:
    """Takes the files and links of a layer in any order; directories show nothing by themselves."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._found: set[Evidence] = set()

    def add_path(self, path: str) -> None:
        """Take a file whose contents show nothing."""
        self._paths.add(path)

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

    def to_json(self) -> list[dict[str, Any]]:
        """Return all that was found, as JSON values."""
        return [each.to_json() for each in self.evidence()]


def _look_at_end(late: Callable[[], None], pieces: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the pieces of a member, and look at its last bytes: call `late` where a zip archive may end there."""
    tail = b""
    for data, contents in pieces:
        tail = contents if len(contents) >= TAIL else (tail + contents)[-TAIL:]
        yield data, contents
    if has_end_record(tail):
        late()


def _opened(source: Union[bytes, Path, ZipMember]) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path):
        return source.open("rb")
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
