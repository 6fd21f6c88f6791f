"""This module words the errors of wheels: what they hold, and what their metadata says.

The verbs that read wheels raise them (`fetch-wheel`, `dependencies-layer`, `build-wheel`, `proof`); the rule that
follows dependencies from wheel to wheel raises the first. `wheel` is the name of a project with its version, or of a
file.
"""

from __future__ import annotations

from strata.errors import StrataError


def unreadable_dependency(wheel: str, line: str) -> StrataError:
    """Return the error for a Requires-Dist line that is no requirement (PEP 508)."""
    return StrataError(
        f"The wheel of {wheel} depends on what cannot be read (PEP 508), so what an app needs is not known.",
        found=[f"Requires-Dist: {line}"],
        fix=f"lock another version of {wheel}, and tell the project.",
    )


def unreadable_wheel(wheel: str, reason: str) -> StrataError:
    """Return the error for a file that is no wheel (PEP 427).

    :param reason: why, for one line.
    """
    return StrataError(
        f"{wheel} is no wheel that can be read.", found=[reason], fix="lock another version of the project."
    )


def unsafe_member(wheel: str, member: str, reason: str) -> StrataError:
    """Return the error for a member whose path, or whose kind, must not be installed.

    :param reason: why, for one line.
    """
    return StrataError(
        f"{wheel} has a file that must not be installed: {member}.",
        found=[reason],
        fix="the wheel is damaged or malicious: lock another version, and tell the project.",
    )


def reserved_path(wheel: str, path: str) -> StrataError:
    """Return the error for a wheel that installs a file at a path of the venv itself, such as `bin/python`."""
    return StrataError(
        f"{wheel} would replace a file of the venv itself: {path}.",
        fix="lock another version of the project, which leaves the venv's Python alone.",
    )


def unusable_entry_point(wheel: str, name: str, value: str) -> StrataError:
    """Return the error for a script in entry_points.txt that names no function of a module."""
    return StrataError(
        f"{wheel} declares a script that cannot be made: {name}.",
        found=[f"{name} = {value}"],
        fix="lock another version of the project, whose entry points name a function of a module.",
    )
