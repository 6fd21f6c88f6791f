"""This module has the files of an image as its layers list them, whatever user unpacked these.

https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.layouts.links import Parts, follow, parts_of
from strata.layouts.whiteouts import OPAQUE
from strata.oci.entry import WHITEOUT_PREFIX
from strata.oci.tar_reader import DIRECTORY, FILE, HARD_LINK, SYMLINK
from strata.run.store import StoredLayer


@dataclass(frozen=True)
class Node:
    """A directory, a file or a symbolic link.

    :param target: of a symbolic link.
    :param content: the unpacked file, of a file.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    target: str = ""
    content: Optional[Path] = None


_ROOT = Node(DIRECTORY, 0o755, 0, 0)


class ImageTree:
    """The files of some layers, the lowest first."""

    def __init__(self, layers: Iterable[StoredLayer]) -> None:
        self._nodes: dict[Parts, Node] = {(): _ROOT}
        for layer in layers:
            self._apply(layer)

    def find(self, path: str) -> Optional[Node]:
        """Return what is at a path, without following its last part. Raise TooManyLinks."""
        *parents, name = parts_of(path) or [".."]
        place = self._resolve((*parents, name)) if name == ".." else (*self._resolve(parents), name)
        return self._nodes.get(place)

    def read(self, path: str, size: int) -> Optional[bytes]:
        """Return up to `size` bytes of the file that a path leads to; None where it is no file. Raise TooManyLinks."""
        node = self._nodes.get(self._resolve(parts_of(path)))
        if node is None or node.content is None:
            return None
        with node.content.open("rb") as file:
            return file.read(size)

    def _apply(self, layer: StoredLayer) -> None:
        entries = list(layer.entries())
        # They hide what lies below the layer, wherever in it they stand.
        for entry in entries:
            *parents, name = parts_of(entry.path) or [""]
            if name == OPAQUE:
                self._remove(self._resolve(parents), itself=False)
            elif name.startswith(WHITEOUT_PREFIX):
                self._remove((*self._resolve(parents), name[len(WHITEOUT_PREFIX) :]), itself=True)
        for entry in entries:
            *parents, name = parts_of(entry.path) or [""]
            if name.startswith(WHITEOUT_PREFIX):
                continue
            place = (*self._resolve(parents), name) if name else ()
            node: Optional[Node] = Node(entry.kind, entry.mode, entry.uid, entry.gid)
            if entry.kind == SYMLINK:
                node = Node(entry.kind, entry.mode, entry.uid, entry.gid, entry.target)
            elif entry.kind == FILE:
                node = Node(entry.kind, entry.mode, entry.uid, entry.gid, content=layer.file(entry))
            elif entry.kind == HARD_LINK:
                node = self.find(entry.target)
            if node is None:
                continue
            if node.kind != DIRECTORY:
                self._remove(place, itself=False)
            self._nodes[place] = node
            # Parents that no layer lists.
            for length in range(1, len(place)):
                self._nodes.setdefault(place[:length], _ROOT)

    def _remove(self, place: Parts, *, itself: bool) -> None:
        node = self._nodes.get(place)
        if node is not None and node.kind == DIRECTORY:
            for each in [each for each in self._nodes if len(each) > len(place) and each[: len(place)] == place]:
                del self._nodes[each]
        if itself:
            self._nodes.pop(place, None)

    def _resolve(self, path: Sequence[str]) -> Parts:
        """Return the place of a path, with all links followed, whether or not something is there."""

        def target_at(step: Parts, _: bool) -> Optional[str]:
            node = self._nodes.get(step)
            return node.target if node is not None and node.kind == SYMLINK else None

        return follow(path, target_at)
