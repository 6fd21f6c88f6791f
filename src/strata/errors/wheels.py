"""Errors of what wheels say of themselves."""

from __future__ import annotations

from strata.errors import StrataError


def unreadable_dependency(wheel: str, line: str) -> StrataError:
    return StrataError(
        f"The wheel of {wheel} depends on what cannot be read (PEP 508), so what an app needs is not known.",
        found=[f"Requires-Dist: {line}"],
        fix=f"lock another version of {wheel}, and tell the project.",
    )
