"""This module compares two layers file by file, where their descriptions do not say why they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Callable, Optional

from strata.diff.cause import Cause, Subject, unknown
from strata.layouts.blob_reader import BlobReader
from strata.layouts.finding import printable
from strata.oci.descriptor import DamagedBlob, Descriptor
from strata.oci.tar_reader import FILE, TarEntry, TarReader
from strata.pieces import Stream, pieces

OpenBlob = Callable[[Descriptor], Optional[AbstractContextManager[Stream]]]
"""Opens the blob of a layer, and returns None where it is missing."""


@dataclass(frozen=True)
class _State:
    entry: TarEntry
    sha256: str

    def __str__(self) -> str:
        entry = self.entry
        owner = f"{entry.uid}:{entry.gid}"
        link = f" to {printable(entry.target)}" if entry.target else ""
        contents = f", {entry.size} bytes, sha256 {self.sha256}" if entry.kind == FILE else ""
        return f"{entry.kind}{link}, mode {entry.mode:04o}, owner {owner}, time {entry.mtime}{contents}"


def file_causes(before: Descriptor, open_before: OpenBlob, after: Descriptor, open_after: OpenBlob) -> list[Cause]:
    """Return at least one cause why the files of two layers, or only the bytes of their blobs, differ."""
    states = []
    for layer, open_blob in ((before, open_before), (after, open_after)):
        opened = open_blob(layer)
        if opened is None:
            return [unknown(f"unknown: the blob {layer.digest} is not there to look into")]
        with opened as blob:
            try:
                states.append(_read(blob))
            except DamagedBlob as damage:
                return [unknown(f"unknown: the blob {layer.digest} {damage}")]
    causes = list(_differences(*states))
    if causes:
        return causes
    return [
        Cause(Subject.COMPRESSION, "compression", before.digest, after.digest, "the same files, packed in another way")
    ]


def _read(blob: Stream) -> dict[str, _State]:
    """Return path → state. Of a path that comes twice the last counts, as it does when the layer is unpacked."""
    states = {}
    tar = TarReader(BlobReader(blob))
    for entry in tar:
        summed = hashlib.sha256()
        for piece in pieces(tar):
            summed.update(piece)
        states[entry.path] = _State(entry, summed.hexdigest())
    return states


def _differences(old: dict[str, _State], new: dict[str, _State]) -> Iterator[Cause]:
    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before != after:
            name = f"/{printable(path)}"
            yield Cause(
                Subject.FILE,
                name,
                None if before is None else str(before),
                None if after is None else str(after),
                f"{name} {_change(before, after)}",
            )


def _change(before: Optional[_State], after: Optional[_State]) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    old, new = before.entry, after.entry
    if old.kind != new.kind:
        return f"is a {new.kind}, was a {old.kind}"
    if before.sha256 != after.sha256:
        return "edited"
    if old.target != new.target:
        return f"links to {printable(new.target)}, not to {printable(old.target)}"
    if old.mode != new.mode:
        return f"has mode {new.mode:04o}, not {old.mode:04o}"
    if (old.uid, old.gid) != (new.uid, new.gid):
        return f"belongs to {new.uid}:{new.gid}, not to {old.uid}:{old.gid}"
    if old.mtime != new.mtime:
        return "has another time"
    return "has other metadata"
