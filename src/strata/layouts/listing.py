"""This module lists the entries of a layer as text, one a line, so that a change can be reviewed.

drwxr-xr-x 0:0         0 usr
-rwxr-xr-x 0:0     14264 usr/bin/python3.13
lrwxrwxrwx 0:0         0 usr/bin/python3 -> python3.13
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from strata.errors import oci as errors
from strata.layouts.blob_reader import BlobReader
from strata.layouts.finding import printable
from strata.layouts.layout import Layout
from strata.oci.descriptor import LAYERS, DamagedBlob
from strata.oci.tar_reader import DIRECTORY, FILE, SYMLINK, TarEntry, TarReader

_TYPES = {
    FILE: stat.S_IFREG,
    SYMLINK: stat.S_IFLNK,
    DIRECTORY: stat.S_IFDIR,
    "character device": stat.S_IFCHR,
    "block device": stat.S_IFBLK,
    "named pipe": stat.S_IFIFO,
}


def list_layer(blob: Path) -> Iterator[str]:
    """Yield the lines for the layer whose blob is this file. Raises StrataError where it is damaged."""
    with blob.open("rb") as stream:
        try:
            yield from map(_line, TarReader(BlobReader(stream)))
        except DamagedBlob as damage:
            raise errors.damaged_blob(str(blob), str(damage)) from None


def list_layout(layout: Layout) -> Iterator[str]:
    """Yield the lines of all layers, each layer after a line that names it. Raises StrataError where one is damaged.

    Each layer is read once, and hashed meanwhile: an error about its digest may follow lines of what is in it.
    """
    for manifest in layout.manifests():
        layout.config(manifest)
        for layer in manifest.layers:
            if layer.media_type in LAYERS:
                yield f"# {manifest.platform} {layer.digest}" if manifest.platform else f"# {layer.digest}"
                with layout.open_blob(layer) as blob:
                    yield from map(_line, TarReader(BlobReader(blob)))


def _line(entry: TarEntry) -> str:
    # A hard link has no mode of its own kind; tar programs show it with an h.
    mode = stat.filemode(_TYPES.get(entry.kind, 0) | entry.mode)
    letters = mode if entry.kind in _TYPES else f"h{mode[1:]}"
    target = f" -> {printable(entry.target)}" if entry.target else ""
    return f"{letters} {entry.uid}:{entry.gid} {entry.size:>9} {printable(entry.path) or '.'}{target}"
