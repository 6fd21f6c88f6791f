"""One project, `shop`, as real tools lock it: Poetry 1.8 and 2.5, uv, and uv's export to requirements.

In `locked_projects/uv/uv.lock` the index is called index.example; nothing else was changed but one description.
"""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from strata.errors import StrataError
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.reader import read_lock
from strata.oci.platform import Platform

_PROJECTS = Path(__file__).parent / "locked_projects"


def example(folder: str, name: str, *changes: tuple[str, str]) -> str:
    """The text of an example's file; each change replaces one text, which must be there, by another."""
    text = (_PROJECTS / folder / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text


def versions(
    lock: str,
    pyproject: Optional[str],
    where: str = "app/poetry.lock",
    *,
    groups: tuple[str, ...] = (),
    extras: tuple[str, ...] = (),
    python: str = "3.13.5",
) -> str:
    """What a lock gives on Linux: `click==8.5.1 h11==0.16.0`."""
    platform = Platform("linux", "amd64")
    found = read_lock(
        lock,
        pyproject,
        where,
        groups=groups,
        extras=extras,
        environment=marker_environment(python, platform),
        tags=wheel_tags(python, (2, 41), platform),
    )
    return " ".join(f"{one.name}=={one.version}" for one in found)


def error(lock: str, pyproject: Optional[str], where: str = "app/poetry.lock", **wanted: object) -> str:
    """The message with which a lock is refused."""
    try:
        found = versions(lock, pyproject, where, **wanted)  # type: ignore[arg-type]
    except StrataError as refused:
        return str(refused)
    raise AssertionError(f"it was read: {found}")
