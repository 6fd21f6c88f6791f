"""Listings: the entries of a layer as text, one a line, so that a change can be reviewed.

drwxr-xr-x 0:0         0 usr
-rwxr-xr-x 0:0     14264 usr/bin/python3.13
lrwxrwxrwx 0:0         0 usr/bin/python3 -> python3.13
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from strata.errors import oci as errors
from strata.oci.compression import BlobReader, DamagedBlob
from strata.oci.descriptor import INDEX, LAYER_GZIP, LAYER_TAR, MANIFEST
from strata.oci.finding import Rule, printable
from strata.oci.layout import INDEX_FILE
from strata.oci.shape import parse
from strata.oci.tar_reader import DIRECTORY, FILE, SYMLINK, TarEntry, read_tar
from strata.oci.validate import validate

_TYPES = {
    FILE: stat.S_IFREG,
    SYMLINK: stat.S_IFLNK,
    DIRECTORY: stat.S_IFDIR,
    "character device": stat.S_IFCHR,
    "block device": stat.S_IFBLK,
    "named pipe": stat.S_IFIFO,
}


def list_layer(blob: Path) -> Iterator[str]:
    """The lines for the layer blob in this file. Raises StrataError where it is damaged."""
    with blob.open("rb") as stream:
        try:
            yield from map(_line, read_tar(BlobReader(stream)))
        except DamagedBlob as damage:
            raise errors.damaged_blob(str(blob), str(damage)) from None


def list_layout(layout: Path) -> Iterator[str]:
    """The lines of all layers, each layer after a line that names it. Raises StrataError where one is damaged."""
    findings = [str(finding) for finding in validate(layout) if finding.rule is Rule.OCI]
    if findings:
        raise errors.damaged_layout(str(layout), findings)
    for platform, manifest in _manifests(layout, _load(layout, INDEX_FILE)):
        for layer in manifest["layers"]:
            if layer["mediaType"] in (LAYER_TAR, LAYER_GZIP):
                yield f"# {platform}{layer['digest']}"
                yield from list_layer(layout / _blob(layer))


def _line(entry: TarEntry) -> str:
    # A hard link has no mode of its own kind; tar programs show it with an h.
    mode = stat.filemode(_TYPES.get(entry.kind, 0) | entry.mode)
    letters = mode if entry.kind in _TYPES else f"h{mode[1:]}"
    target = f" -> {printable(entry.target)}" if entry.target else ""
    return f"{letters} {entry.uid}:{entry.gid} {entry.size:>9} {printable(entry.path) or '.'}{target}"


def _manifests(layout: Path, index: Any) -> Iterator[tuple[str, Any]]:
    for descriptor in index["manifests"]:
        if descriptor["mediaType"] == INDEX:
            yield from _manifests(layout, _load(layout, _blob(descriptor)))
        elif descriptor["mediaType"] == MANIFEST:
            platform = descriptor.get("platform")
            name = f"{platform['os']}/{platform['architecture']} " if platform else ""
            yield name, _load(layout, _blob(descriptor))


def _load(layout: Path, path: str) -> Any:
    return parse((layout / path).read_bytes())


def _blob(descriptor: Any) -> str:
    return f"blobs/{descriptor['digest'].replace(':', '/')}"
