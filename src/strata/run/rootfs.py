"""This module puts the files of an image together from unpacked layers, as links to the files in the store.

A root is made for one run: thousands of links take a fraction of a second, and a container that writes gets copies.
Each path is followed within the root, also where a layer has links that lead elsewhere.
https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Optional

from strata.layouts.links import MOST_LINKS, Parts, TooManyLinks, follow, parts_of
from strata.layouts.whiteouts import OPAQUE
from strata.oci.entry import WHITEOUT_PREFIX
from strata.oci.tar_reader import DIRECTORY, FILE, SYMLINK
from strata.run.programs import is_root
from strata.run.store import SAFE_MODE, Entry, StoredLayer


class UnsafePath(Exception):
    """A path that cannot be placed."""


class _NotThere(Exception):
    """A path at which nothing is."""


class RootFiles:
    """The files of an image below a directory.

    :param folder: an empty directory.
    :param copies: whether files are copies, which a container may change, and no links to those of the store.
    """

    def __init__(self, folder: Path, *, copies: bool) -> None:
        self.folder = folder
        self._copies = copies
        self._owner = is_root()
        self._known: dict[str, Path] = {}

    def apply(self, layer: StoredLayer) -> None:
        """Add a layer over those that are there. Raises UnsafePath."""
        entries = [entry for entry in layer.entries() if entry.path]
        # They hide what lies below the layer, wherever in it they stand.
        for entry in entries:
            if os.path.basename(entry.path).startswith(WHITEOUT_PREFIX):
                self._hide(entry.path)
        for entry in entries:
            if not os.path.basename(entry.path).startswith(WHITEOUT_PREFIX):
                self._place(layer, entry)

    def find(self, path: str) -> Optional[Path]:
        """Return the file or directory at a path, with all links followed; None where there is none."""
        return self._resolve(path, create=False)

    def directory(self, path: str) -> Path:
        """Return the directory at a path, which is made if it is missing. Raises UnsafePath."""
        found = self._known.get(path)
        if found is None:
            found = self._resolve(path, create=True)
            assert found is not None
            if not found.is_dir():
                raise UnsafePath(f"{path!r} is a file where a directory is needed")
            self._known[path] = found
        return found

    def mount_point(self, path: str, *, directory: bool) -> str:
        """Make an empty file or directory to mount something over, if it is missing; return its path in the root."""
        found = self.find(path)
        if found is None:
            parent, _, name = path.strip("/").rpartition("/")
            found = self.directory(path) if directory else self.directory(parent) / name
            if not directory:
                found.touch()
        return f"/{found.relative_to(self.folder)}"

    def _resolve(self, path: str, *, create: bool) -> Optional[Path]:
        def target_at(step: Parts, goes_on: bool) -> Optional[str]:
            here = self.folder.joinpath(*step)
            mode = _mode(here)
            if mode is not None and stat.S_ISLNK(mode):
                return os.readlink(here)
            if mode is None and create:
                here.mkdir(mode=0o755)
            elif mode is None:
                raise _NotThere
            elif goes_on and not stat.S_ISDIR(mode):
                raise UnsafePath(f"{path!r} leads through a file") if create else _NotThere()
            return None

        try:
            return self.folder.joinpath(*follow(parts_of(path), target_at))
        except _NotThere:
            return None
        except TooManyLinks:
            raise UnsafePath(f"{path!r} leads through more than {MOST_LINKS} links") from None

    def _at(self, path: str) -> Path:
        """Return the place of a path, whose last part is not followed."""
        parent, _, name = path.rpartition("/")
        return self.directory(parent) / name

    def _hide(self, path: str) -> None:
        place = self._at(path)
        if place.name == OPAQUE:
            for each in list(place.parent.iterdir()):
                self._remove(each)
        else:
            name = place.name[len(WHITEOUT_PREFIX) :]
            if name in ("", ".", ".."):
                raise UnsafePath(f"{path!r} hides no file")
            self._remove(place.with_name(name))

    def _place(self, layer: StoredLayer, entry: Entry) -> None:
        place = self._at(entry.path)
        mode = _mode(place)
        if entry.kind == DIRECTORY:
            if mode is None or not stat.S_ISDIR(mode):
                self._remove(place)
                place.mkdir()
            self._own(place, entry)
            # Who is not root has to be able to remove it.
            mode = entry.mode & SAFE_MODE
            place.chmod(mode if self._owner else mode | 0o700)
            return
        self._remove(place)
        if entry.kind == SYMLINK:
            place.symlink_to(entry.target)
            self._own(place, entry)
        elif entry.kind == FILE:
            self._file(layer.file(entry), place)
        else:
            target = self._at(entry.target.lstrip("/"))
            if _mode(target) is None or ".." in entry.target.split("/"):
                raise UnsafePath(f"{entry.path!r} is a hard link to {entry.target!r}, which is not there")
            os.link(target, place, follow_symlinks=False)

    def _file(self, source: Path, place: Path) -> None:
        if not self._copies:
            os.link(source, place)
            return
        shutil.copy2(source, place)
        if self._owner:
            found = source.stat()
            os.chown(place, found.st_uid, found.st_gid)
            place.chmod(stat.S_IMODE(found.st_mode))

    def _own(self, place: Path, entry: Entry) -> None:
        if self._owner:
            os.chown(place, entry.uid, entry.gid, follow_symlinks=False)

    def _remove(self, place: Path) -> None:
        mode = _mode(place)
        if mode is None:
            return
        if stat.S_ISDIR(mode):
            shutil.rmtree(place)
        else:
            place.unlink()
        # What was resolved through it leads elsewhere now.
        self._known.clear()


def _mode(path: Path) -> Optional[int]:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
