"""This module evaluates interpreter constraints, as Pants and Pex write them: `CPython==3.11.*`, `>=3.9,<3.13`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from strata.locks.version_range import allows

_CONSTRAINT = re.compile(r"(?P<implementation>[A-Za-z]\w*)?(\[[^\]]*\])?(?P<range>.*)", re.DOTALL)


def allow_python(constraints: Sequence[str], python: str, where: str) -> bool:
    """Return whether one of the constraints allows a version of CPython. Without constraints, every version is allowed.

    Raise StrataError for a constraint whose versions are no range (PEP 440).
    """
    if not constraints:
        return True
    for constraint in constraints:
        match = _CONSTRAINT.fullmatch(constraint.strip())
        if match and match["implementation"] in (None, "CPython") and allows(match["range"], python, where):
            return True
    return False
