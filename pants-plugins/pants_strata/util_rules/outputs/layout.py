"""This module makes the files of a layout in `dist/`: with its blobs in it, or beside it where layouts share them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping

from pants.engine.fs import Digest

from pants_strata import engine
from pants_strata.artifacts.layouts import LayoutsOnBases
from strata.oci.descriptor import INDEX_FILE

# In dist/, where layouts share them. A target's own output is called by its address, and none begins with a dot.
_SHARED = ".strata"
_BLOBS = "blobs"


async def layout_at(path: str, files: Mapping[str, bytes], blobs: Iterable[Digest], layouts: LayoutsOnBases) -> Digest:
    """Return a layout in a folder: its own files, and blobs that other steps wrote."""
    if layouts.share_blobs:
        return await _sharing(path, files, blobs)
    return await engine.under(path, await engine.merge([*blobs, await engine.create(files)]))


async def _sharing(path: str, files: Mapping[str, bytes], blobs: Iterable[Digest]) -> Digest:
    """Return a layout whose blobs lie in a folder beside it: in the digest of several such layouts they come once."""
    shared = {name: content for name, content in files.items() if name.startswith(f"{_BLOBS}/")}
    own = {f"{path}/{name}": content for name, content in files.items() if name not in shared}
    beside = await engine.under(_SHARED, await engine.merge([*blobs, await engine.create(shared)]))
    link = await engine.link(f"{path}/{_BLOBS}", os.path.relpath(f"{_SHARED}/{_BLOBS}", path))
    return await engine.merge([beside, link, await engine.create(own)])


def root_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of the one manifest or index that a layout names."""
    (root,) = json.loads(files[INDEX_FILE])["manifests"]
    return str(root["digest"])
