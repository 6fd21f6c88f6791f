"""This module names what a reader of an audit should know of beside installers.

That is code which runs at each start of Python, and paths that file systems without case, or with another Unicode form,
take for one. Neither is an error: many projects bring such files.
https://docs.python.org/3/library/site.html
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from strata.audit.evidence import SITE_DIRECTORIES

_CUSTOMIZE = re.compile(r"(?:sitecustomize|usercustomize)(?:\.pyc?|/__init__\.pyc?)")
_LIBRARY = re.compile(r"(?:.*/)?lib/python3[\d.]*")
# Python reads each line of a .pth file; more of it than this is no list of paths.
_PTH_LIMIT = 1 << 16
_CODE = re.compile(rb"^import[ \t]", re.MULTILINE)
_SHOWN = 10


class Notices:
    """What was noticed in the layers of one image."""

    def __init__(self) -> None:
        self._starts: set[str] = set()
        self._alike: dict[str, set[str]] = {}

    def add_path(self, path: str) -> None:
        """Take the path of a file, a link or a directory."""
        self._alike.setdefault(unicodedata.normalize("NFC", path).casefold(), set()).add(path)
        directory, _, name = path.rpartition("/")
        if name in ("__init__.py", "__init__.pyc"):
            directory, _, package = directory.rpartition("/")
            name = f"{package}/{name}"
        if _CUSTOMIZE.fullmatch(name) and (_is_site(directory) or _LIBRARY.fullmatch(directory)):
            self._starts.add(path)

    def add_file(self, path: str, contents: BinaryIO) -> None:
        """Take the contents of a file for which `is_asked_for` holds."""
        if _CODE.search(contents.read(_PTH_LIMIT)):
            self._starts.add(path)

    def is_asked_for(self, path: str) -> bool:
        """Return whether the contents of a file matter: those of a .pth file, whose lines may be code."""
        return path.endswith(".pth") and _is_site(path.rpartition("/")[0])

    @property
    def starts(self) -> tuple[str, ...]:
        """Return the paths of the files with code that runs at each start of Python, sorted."""
        return tuple(sorted(self._starts))

    def lines(self) -> Iterator[str]:
        """Yield one line for each file that runs, and some for the paths that are alike."""
        for path in self.starts:
            yield f"runs at each start of Python: /{path}"
        alike = sorted(sorted(paths) for paths in self._alike.values() if len(paths) > 1)
        for paths in alike[:_SHOWN]:
            yield f"differ only in case or Unicode form: {', '.join(f'/{path}' for path in paths)}"
        if len(alike) > _SHOWN:
            yield f"differ only in case or Unicode form: {len(alike) - _SHOWN} more"


def _is_site(directory: str) -> bool:
    return directory.rpartition("/")[2] in SITE_DIRECTORIES
