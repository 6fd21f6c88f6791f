"""This module writes an image of a registry into an OCI image layout. The index, which names it, is written last."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from strata.errors import registry as errors
from strata.oci.annotations import REF_NAME
from strata.oci.descriptor import INDEX, INDEX_FILE, LAYOUT_FILE, LAYOUT_VERSION, Descriptor
from strata.oci.documents import canonical_json
from strata.parallel import for_each
from strata.registry.provider import Provider
from strata.registry.remote import RemoteSource
from strata.registry.source import PIECE, read_tree


def pull(provider: Provider, layout: Path, *, tag: Optional[str] = None) -> str:
    """Add the image of the provider's reference to the layout in a directory; return its digest.

    Blobs that the layout has are not read again. Another image there that has the same tag loses the tag.

    :param tag: the tag within the layout: by default that of the reference, or `latest`.
    """
    source = RemoteSource(provider)
    root = source.resolve()
    tree = read_tree(source, root, str(provider.reference))
    with _full_disk(layout):
        for descriptor in tree.blobs:
            (layout / descriptor.blob_path).parent.mkdir(parents=True, exist_ok=True)
        for_each(lambda descriptor: _fetch(source, descriptor, layout), tree.blobs, provider.settings.jobs)
        for descriptor, content in tree.documents:
            _write(layout / descriptor.blob_path, content)
        _write(layout / LAYOUT_FILE, canonical_json({"imageLayoutVersion": LAYOUT_VERSION}))
        _write(layout / INDEX_FILE, _index(layout, root, tag or provider.reference.tag or "latest"))
    return root.digest


def _fetch(source: RemoteSource, descriptor: Descriptor, layout: Path) -> None:
    """Write a blob under its own name only once all of it has come, with the right digest."""
    path = layout / descriptor.blob_path
    if path.is_file() and path.stat().st_size == descriptor.size:
        return
    with _new_file(path) as file, source.open_blob(descriptor) as blob:
        while True:
            piece = blob.read(PIECE)
            if not piece:
                break
            file.write(piece)


def _index(layout: Path, root: Descriptor, tag: str) -> bytes:
    """Return index.json with the image in it."""
    try:
        index = json.loads((layout / INDEX_FILE).read_bytes())
        others = [each for each in index["manifests"] if (each.get("annotations") or {}).get(REF_NAME) != tag]
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        others = []
    named = replace(root, annotations={REF_NAME: tag}).to_json()
    return canonical_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": [*others, named]})


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _new_file(path) as file:
        file.write(content)


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """Write a file beside its place, and move it there if nothing fails."""
    handle, name = tempfile.mkstemp(prefix=".pull-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@contextmanager
def _full_disk(layout: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise errors.disk_full(str(layout)) from None
