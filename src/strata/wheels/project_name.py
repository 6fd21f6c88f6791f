"""This module compares the names of projects, for code that runs where there is no `packaging`: in sandboxes."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[-_.]+")


def normalized_name(project: str) -> str:
    """Return a project's name as indexes and locks spell it (PEP 503): `typing-extensions` for `Typing_Extensions`."""
    return _SEPARATORS.sub("-", project).lower()
