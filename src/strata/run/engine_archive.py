"""This module writes an image of a layout as the archive that `docker load` and `nerdctl load` read, in any version.

Docker before version 25 reads `manifest.json`; others read the layout. The image has no name there, so that an engine
neither takes one away from another image nor asks a registry for it.
"""

from __future__ import annotations

import io
import tarfile
from typing import IO

from strata.layouts.layout import Layout, Manifest
from strata.oci.descriptor import INDEX, INDEX_FILE, LAYOUT_FILE, LAYOUT_VERSION
from strata.oci.documents import canonical_json


def write_engine_archive(layout: Layout, manifest: Manifest, target: IO[bytes]) -> None:
    """Write the archive of one image. Raises StrataError where a blob is damaged."""
    descriptor = {**manifest.descriptor.to_json()}
    descriptor.pop("annotations", None)
    entry = {
        "Config": manifest.config.blob_path,
        "RepoTags": None,
        "Layers": [layer.blob_path for layer in manifest.layers],
    }
    documents = {
        LAYOUT_FILE: {"imageLayoutVersion": LAYOUT_VERSION},
        INDEX_FILE: {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]},
        "manifest.json": [entry],
    }
    blobs = {each.blob_path: each for each in (manifest.descriptor, manifest.config, *manifest.layers)}
    with tarfile.open(fileobj=target, mode="w|") as archive:
        for name, value in documents.items():
            content = canonical_json(value)
            archive.addfile(_file(name, len(content)), io.BytesIO(content))
        for name, blob in blobs.items():
            with layout.open_blob(blob) as stream:
                archive.addfile(_file(name, blob.size), stream)  # type: ignore[arg-type]
                stream.verify()


def _file(name: str, size: int) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.size = size
    return found
