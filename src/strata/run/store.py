"""This module unpacks layers, each once, into a folder that is named by the digest of the layer.

A layer in the store is a list of its entries and a folder with the contents of its regular files, under numbers. No
path of a layer is written here, so that none can lead out; strata.run.rootfs places them.

    layers/DIGEST/entries.json
    layers/DIGEST/files/0, 1, 2, …
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.errors.running import run as errors
from strata.layouts.blob_reader import BlobReader
from strata.layouts.layout import Layout
from strata.oci.descriptor import DamagedBlob, Descriptor
from strata.oci.tar_reader import DIRECTORY, FILE, HARD_LINK, SYMLINK, TarEntry, TarReader
from strata.run.programs import is_root

# Devices and pipes are left out: a runtime makes those that a container gets.
_KINDS = (DIRECTORY, FILE, HARD_LINK, SYMLINK)
# Without setuid and setgid: a copy of such a file must not lie in a user's cache.
SAFE_MODE = 0o1777
_PIECE = 1 << 20
# A layer that no run used for so long is removed.
_KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True)
class Entry:
    """A directory, file or link of a layer.

    :param mode: as the layer has it, also where the stored file lacks setuid and setgid.
    :param target: of a link, as the layer has it.
    :param number: of a file, below `files`; -1 for others.
    """

    kind: str
    path: str
    mode: int
    uid: int
    gid: int
    target: str
    number: int


@dataclass(frozen=True)
class StoredLayer:
    """A layer that is unpacked."""

    folder: Path

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, in the order that the layer has them in."""
        for values in json.loads((self.folder / "entries.json").read_text(encoding="utf-8", errors="surrogateescape")):
            yield Entry(*values)

    def file(self, entry: Entry) -> Path:
        """Return the file with the contents, the mode and the owner of an entry."""
        return self.folder / "files" / str(entry.number)


class LayerStore:
    """The unpacked layers of a user. Several processes may use it at the same time."""

    def __init__(self, folder: Path) -> None:
        self._layers = folder / "layers"
        self._layers.mkdir(parents=True, exist_ok=True, mode=0o700)

    def layer(self, layout: Layout, layer: Descriptor) -> StoredLayer:
        """Return a layer of a layout; unpack it where it is not here yet. Raises StrataError where it is damaged."""
        folder = self._layers / layer.digest.replace(":", "-")
        if not folder.exists():
            self._add(layout, layer, folder)
        os.utime(folder)
        return StoredLayer(folder)

    def remove_unused(self, now: Optional[float] = None) -> None:
        """Remove the layers that no run used for two weeks. A container that runs has links to their files."""
        for folder in self._layers.iterdir():
            try:
                if (now or time.time()) - folder.stat().st_mtime > _KEPT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
            except FileNotFoundError:
                # Another process was faster.
                continue

    def _add(self, layout: Layout, layer: Descriptor, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="new-", dir=self._layers) as made:
            new = Path(made, "layer")
            (new / "files").mkdir(parents=True)
            with layout.open_blob(layer) as blob:
                try:
                    archive = TarReader(BlobReader(blob))
                    entries = [_unpack(archive, entry, new / "files", index) for index, entry in enumerate(archive)]
                    blob.verify()
                except _Unsafe as problem:
                    raise errors.damaged_layer(layer.digest, str(problem)) from None
            rows = [[*vars(entry).values()] for entry in entries if entry.kind in _KINDS]
            (new / "entries.json").write_text(json.dumps(rows, ensure_ascii=True), encoding="utf-8")
            try:
                new.rename(folder)
            except OSError:
                # Another process was faster.
                if not folder.exists():
                    raise


class _Unsafe(Exception):
    """A path that cannot stand in a layer."""


def _unpack(archive: TarReader, entry: TarEntry, files: Path, index: int) -> Entry:
    """Write the contents of a file. Return the entry as the store lists it."""
    if entry.path.startswith("/") or "\0" in entry.path or ".." in entry.path.split("/"):
        raise _Unsafe(f"the path {entry.path!r} leads out of it")
    mode = entry.mode & 0o7777
    if entry.kind != FILE:
        return Entry(entry.kind, entry.path, mode, entry.uid, entry.gid, entry.target, -1)
    path = files / str(index)
    left = entry.size
    with path.open("wb") as file:
        while left:
            data = archive.read(min(left, _PIECE))
            if not data:
                raise DamagedBlob(f"ends in the middle of {entry.path!r}")
            file.write(data)
            left -= len(data)
        if is_root():
            os.fchown(file.fileno(), entry.uid, entry.gid)
        os.fchmod(file.fileno(), mode & SAFE_MODE)
    return Entry(entry.kind, entry.path, mode, entry.uid, entry.gid, "", index)
