"""This module reads venvs from a directory and from a layer, so that tests can compare them file by file."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    """An entry of a venv: its kind and permissions, and its content or the target of a link."""

    mode: str
    content: bytes = b""

    def __repr__(self) -> str:
        return f"{self.mode} {self.content[:300]!r}"


def read_tree(root: Path) -> Mapping[str, File]:
    found = {}
    for path in root.rglob("*"):
        mode = stat.filemode(path.lstat().st_mode)
        content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[path.relative_to(root).as_posix()] = File(mode, content)
    return found


def read_layer(layer: Path) -> Mapping[str, File]:
    """Return the files that a layer has below /opt/venv, as `read_tree` does. All must belong to root."""
    found = {}
    with tarfile.open(layer) as archive:
        for member in archive:
            assert (member.uid, member.gid) == (0, 0), member.name
            if member.name.startswith("opt/venv/"):
                kind = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK, tarfile.REGTYPE: stat.S_IFREG}
                content = member.linkname.encode()
                if member.isfile():
                    stream = archive.extractfile(member)
                    assert stream is not None
                    content = stream.read()
                mode = stat.filemode(kind[member.type] | member.mode)
                found[member.name[len("opt/venv/") :]] = File(mode, content)
    return found
