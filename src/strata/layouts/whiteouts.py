"""This module reads whiteouts: files in a layer that take away what lies below it.

https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from strata.oci.entry import WHITEOUT_PREFIX

OPAQUE = ".wh..wh..opq"
"""The name of a whiteout that hides all that lower layers have in its directory."""


def removed_path(path: str) -> Optional[str]:
    """Return the path that a file takes away, with a slash at its end for all below it; None for no whiteout.

    :param path: of the file, without a leading slash.
    :returns: an empty path where all files of lower layers are taken away.
    """
    folder, _, name = path.rpartition("/")
    hidden = "" if name == OPAQUE else name[len(WHITEOUT_PREFIX) :]
    if not name.startswith(WHITEOUT_PREFIX) or (name != OPAQUE and hidden in ("", ".", "..")):
        return None
    return f"{folder}/{hidden}" if folder else hidden


def hides(removed: Iterable[str], path: str) -> bool:
    """Return whether a layer takes a path away: itself, a directory above it, or all that such a directory had.

    :param removed: what `removed_path` tells of the layer's files.
    """
    return any(path == each or path.startswith(_directory(each)) for each in removed)


def _directory(path: str) -> str:
    """Return what the paths below a path begin with. The root, which is empty, holds all."""
    return path if path.endswith("/") or not path else f"{path}/"
