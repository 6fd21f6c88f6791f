"""This module compares the names of projects, for code that runs where there is no `packaging`: in sandboxes."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[-_.]+")


def normalized_name(project: str) -> str:
    """Return a project's name as indexes and locks spell it (PEP 503): `typing-extensions` for `Typing_Extensions`."""
    return _SEPARATORS.sub("-", project).lower()


def version_key(version: str) -> tuple[str, ...]:
    """Return a key that is equal for the spellings of one version (PEP 440).

    1.0 and 1.0.0 are one version, and so are 2.0_post1 and 2.0.post1, or 2024.01 and 2024.1.
    """
    release, suffix = re.match(r"v?([\d.]*)(.*)", version.lower().replace("_", "+"), re.DOTALL).groups()  # type: ignore[union-attr]
    numbers = [number.lstrip("0") for number in release.split(".") if number]
    while numbers and not numbers[-1]:
        numbers.pop()
    return (*numbers, *re.findall(r"[a-z]+|\d+", suffix))
