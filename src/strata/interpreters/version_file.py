"""This module reads `.python-version`, the file in which pyenv and uv keep the version of CPython of a directory.

https://github.com/pyenv/pyenv#understanding-python-version-selection and
https://docs.astral.sh/uv/concepts/python-versions/#python-version-files
"""

from __future__ import annotations

import re
from typing import Optional

from strata.errors import pythons as errors

NAME = ".python-version"

RUNTIME_NAME = "runtime.txt"
"""An older file of the same purpose, which Heroku introduced; it holds `python-3.11.5`."""

_NUMBER = "(?:0|[1-9][0-9]{0,3})"
_VERSION = re.compile(rf"3\.{_NUMBER}(?:\.{_NUMBER})?")
_RUNTIME = re.compile(r"python-(?P<version>\S+)")


def is_version(text: str) -> bool:
    """Return whether a text is a version of CPython as 3.X or 3.X.Y."""
    return _VERSION.fullmatch(text) is not None


def read_version_file(text: str, path: str) -> str:
    """Return the version in the file, 3.13 or 3.13.5. Raise StrataError unless there is exactly one.

    As for pyenv and uv, empty lines do not count, nor those that begin with `#`, nor the white space around a version.
    A comment may follow a version, as pyenv has it.

    :param path: of the file, for errors.
    """
    found: dict[str, None] = {}
    # A file may end its lines as Windows does; a character such as U+2028 ends none.
    for number, line in enumerate(text.split("\n"), 1):
        written = line.split("#")[0].strip(" \t\r")
        if not written:
            continue
        for word in written.split():
            if not is_version(word):
                raise errors.version_file_invalid(path, number, word)
            found[word] = None
    if not found:
        raise errors.version_file_empty(path)
    if len(found) > 1:
        raise errors.version_file_ambiguous(path, list(found))
    return next(iter(found))


def version_of_runtime(text: str) -> Optional[str]:
    """Return the version in a `runtime.txt`; None for another file of that name, which says nothing of Python."""
    match = _RUNTIME.fullmatch(text.strip())
    return match["version"] if match else None
