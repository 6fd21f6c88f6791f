"""This module opens files of the machine that a URL names, for mirrors and folders on a disk (RFC 8089)."""

from __future__ import annotations

import os
import urllib.parse
from pathlib import Path


def local_path(path: str) -> Path:
    """Return the path that the path of a `file:` URL stands for."""
    return Path(urllib.parse.unquote(path))


class LocalFile:
    """A file, with the methods and headers of an answer that are used here. Raise OSError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.headers = {
            "Content-Type": "application/json" if path.suffix == ".json" else "text/html",
            "Content-Length": str(os.fstat(self._file.fileno()).st_size),
        }

    def read(self, size: int) -> bytes:
        """Return the next bytes; none at the end."""
        return self._file.read(size)

    def __enter__(self) -> LocalFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
