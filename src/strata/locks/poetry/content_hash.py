"""This module tells whether a poetry.lock belongs to its pyproject.toml, by the hash of the tables it was made from.

Source: poetry/packages/locker.py, `Locker.is_fresh`. Poetry has added tables to the hash twice; the hash of a project
without the new tables stayed the same each time.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from packaging.version import InvalidVersion, Version

from strata.errors import locks as errors
from strata.locks.toml_table import Table

_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
# Those of the first versions are hashed as null where they are missing.
_FIRST_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
_WRITTEN_BY = re.compile(r"Poetry ([^ ]+)")
_HASHES_GROUPS = Version("2.3.0")


def is_fresh(lock_text: str, content_hash: str, pyproject: Table) -> bool:
    """Return whether the hash in a lock is the one of a pyproject.toml.

    :param lock_text: the lock, whose first line names the release of Poetry that wrote it.
    """
    if content_hash == hash_of(pyproject):
        return True
    return _written_before_groups(lock_text) and content_hash == hash_of(pyproject, with_groups=False)


def hash_of(pyproject: Table, *, with_groups: bool = True) -> str:
    """Return the sha256, in hexadecimal digits, of the tables that a lock depends on.

    Before Poetry 2.3, [dependency-groups] was not among them.
    """
    project = _present(pyproject.table("project"), _PROJECT_KEYS)
    groups = pyproject.table("dependency-groups").values if with_groups else {}
    tool = pyproject.table("tool").table("poetry")
    poetry = _present(tool, (*_FIRST_KEYS, "group"))
    if not project and not groups:
        # Where nothing but Poetry's own tables says what is needed, they are hashed as the first versions did.
        return _sha256({**dict.fromkeys(_FIRST_KEYS), **poetry}, pyproject.where)
    hashed: dict[str, Any] = {"tool": {"poetry": poetry}}
    if project:
        hashed["project"] = project
    if groups:
        hashed["dependency-groups"] = groups
    return _sha256(hashed, pyproject.where)


def _present(table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: table.values[key] for key in keys if key in table}


def _sha256(value: Any, where: str) -> str:
    try:
        return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    except TypeError:
        raise errors.wrong_value(where, "a date or time among dependencies", "what Poetry can lock") from None


def _written_before_groups(lock_text: str) -> bool:
    match = _WRITTEN_BY.search(lock_text.partition("\n")[0])
    if not match:
        return False
    try:
        return Version(match[1]) < _HASHES_GROUPS
    except InvalidVersion:
        return False
