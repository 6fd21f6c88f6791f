"""This module tells the kind of a lock by the name of its file or, where the name may mean several, by its contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from fnmatch import fnmatchcase

from strata.errors import locks as errors

PYPROJECT = "pyproject.toml"


class LockKind(Enum):
    """The kinds of locks that are read. The value is the name of the kind in messages."""

    REQUIREMENTS = "requirements with hashes"
    PEX = "Pex"
    POETRY = "Poetry"
    PYLOCK = "standard lock of PEP 751"
    UV = "uv"


_COMPILED = (
    "list what the apps need in requirements.in, write the lock with `uv pip compile --generate-hashes -o "
    "requirements.lock requirements.in`, and name that file in `lockfile`."
)
_EXPORTED = "write requirements with hashes with `{}` and name that file in `lockfile`."

# Pattern of file names → what it is, and what serves instead.
_UNREAD: Mapping[str, tuple[str, str]] = {
    "Pipfile.lock": ("a lock of Pipenv", _EXPORTED.format("pipenv requirements --hash > requirements.lock")),
    "Pipfile": ("a list of what Pipenv locks", _EXPORTED.format("pipenv requirements --hash > requirements.lock")),
    "pdm.lock": ("a lock of PDM", _EXPORTED.format("pdm export -o requirements.lock")),
    "pixi.lock": ("a lock of conda packages", _COMPILED),
    "conda-lock.y*ml": ("a lock of conda packages", _COMPILED),
    "*conda*.lock": ("a lock of conda packages", _COMPILED),
    "environment.y*ml": ("a list of conda packages", _COMPILED),
}
_REQUIREMENTS = (".txt", ".in", ".lock")
# What the tools write at the start of a line, whatever the file is called. Pants puts comments before the JSON of Pex.
_POETRY = re.compile(r"^lock-version = \"\d", re.MULTILINE)
_UV = re.compile(r"^version = \d+\n(revision = \d+\n)?requires-python = ", re.MULTILINE)
_PEX = re.compile(r"(\s*//[^\n]*\n)*\s*\{")
_PYLOCK = ("pylock.toml", "pylock.*.toml")


def lock_kind(path: str, text: str) -> LockKind:
    """Return the kind of a lock.

    Raise StrataError for a file of another format, with advice for formats that are known by name.
    """
    name = path.rpartition("/")[2]
    for pattern, (kind, instead) in _UNREAD.items():
        if fnmatchcase(name, pattern):
            raise errors.unread_format(path, kind, instead)
    if any(fnmatchcase(name, pattern) for pattern in _PYLOCK):
        return LockKind.PYLOCK
    if name == "poetry.lock" or _POETRY.search(text):
        return LockKind.POETRY
    if name == "uv.lock" or _UV.search(text):
        return LockKind.UV
    if _PEX.match(text):
        return LockKind.PEX
    if name.endswith(_REQUIREMENTS):
        return LockKind.REQUIREMENTS
    raise errors.unknown_format(path)


def only_lock(files: Mapping[str, str]) -> str:
    """Return the path of the only lock among the files that a venv names. A pyproject.toml is no lock.

    Raise StrataError for locks of two package managers, for two locks of one, for no lock, and for an unread format.

    :param files: path → text.
    """
    kinds = {path: lock_kind(path, files[path]) for path in sorted(files) if path.rpartition("/")[2] != PYPROJECT}
    found = [f"{path} ({kind.value})" for path, kind in kinds.items()]
    if len(set(kinds.values())) > 1:
        raise errors.two_package_managers(found)
    if len(kinds) > 1:
        raise errors.two_locks(found)
    if not kinds:
        raise errors.no_lock(sorted(files))
    return next(iter(kinds))
