"""This module reads a lock of any kind: rules call it and no reader of a single format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Optional

from strata.errors import locks as errors
from strata.locks.formats import PYPROJECT, LockKind, lock_kind
from strata.locks.pex.lock import read_pex_lock
from strata.locks.poetry.lock import read_poetry_lock
from strata.locks.pylock.lock import read_pylock
from strata.locks.requirements import LockedRequirement, read_requirements, select
from strata.locks.toml_table import read_toml
from strata.locks.uv.lock import read_uv_lock
from strata.locks.wanted import Wanted


def pyproject_path(lock: str) -> str:
    """Return the path of the pyproject.toml that a lock of Poetry or uv belongs to: the one beside it."""
    folder, separator, _ = lock.rpartition("/")
    return f"{folder}{separator}{PYPROJECT}"


def read_lock(
    lock_text: str,
    pyproject_text: Optional[str],
    where: str,
    *,
    groups: tuple[str, ...] = (),
    extras: tuple[str, ...] = (),
    environment: Mapping[str, str],
    tags: Iterable[str],
) -> tuple[LockedRequirement, ...]:
    """Return the locked requirements to install, one version of each project, sorted by name, from a lock of any kind.

    :param pyproject_text: the file at `pyproject_path(where)`; None where there is none. Requirements, locks of Pex and
        standard locks need none.
    :param where: the lock's path, for messages and to tell its kind.
    :param groups: dependency groups beside the main one.
    :param environment: of `strata.locks.environment.marker_environment`.
    :param tags: of `strata.locks.environment.wheel_tags`.
    :raises StrataError: for a damaged or outdated lock, one for another interpreter, unknown groups and extras, …
    """
    wanted = Wanted.of(groups, extras, environment, tags)
    try:
        return _read(lock_text, pyproject_text, where, wanted)
    except RecursionError:
        raise errors.nested_too_deeply(where) from None


def _read(lock_text: str, pyproject_text: Optional[str], where: str, wanted: Wanted) -> tuple[LockedRequirement, ...]:
    kind = lock_kind(where, lock_text)
    if kind is LockKind.REQUIREMENTS:
        names = [
            *(f"group {name}" for name in sorted(wanted.groups)),
            *(f"extra {name}" for name in sorted(wanted.extras)),
        ]
        if names:
            raise errors.groups_of_requirements(where, names)
        return tuple(
            replace(found, marker="")
            for found in select(read_requirements(lock_text, where), wanted.environment, where)
        )
    if kind is LockKind.PEX:
        return read_pex_lock(lock_text, where, wanted)
    if kind is LockKind.PYLOCK:
        return read_pylock(lock_text, where, wanted)
    if pyproject_text is None:
        raise errors.pyproject_missing(where, pyproject_path(where))
    pyproject = read_toml(pyproject_text, pyproject_path(where))
    if kind is LockKind.POETRY:
        return read_poetry_lock(lock_text, where, pyproject, wanted)
    return read_uv_lock(lock_text, where, pyproject, wanted)
