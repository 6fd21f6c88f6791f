"""This module words the errors of standard locks, pylock.toml (PEP 751).

Reading a venv's lock raises them (strata.locks.pylock), which happens in a rule. Errors that other locks can have, too,
are in strata.errors.locks.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError
from strata.errors.locks import renewal


def not_standard(where: str, problem: str, command: str) -> StrataError:
    """Return the error for a lock that is TOML, and not as the standard has it."""
    return StrataError(
        f"{where} is not as the standard for pylock.toml (PEP 751) has it.",
        found=[problem],
        fix=f"take the file from version control again, or {renewal(command, where)}.",
    )


def other_environment(where: str, markers: Sequence[str], command: str) -> StrataError:
    """Return the error for a lock none of whose environments is that of the image."""
    return StrataError(
        f"{where} is a lock for other environments.",
        found=[f"locked for {marker}" for marker in markers],
        fix=f"lock for the image's interpreter on Linux as well: {renewal(command, where)}.",
    )


def package_for_other_python(where: str, package: str, wanted: str, python: str, command: str) -> StrataError:
    """Return the error for a package that is wanted and does not run on the image's Python."""
    return StrataError(
        f"{where}: {package} is for another interpreter version.",
        found=[f"it requires Python {wanted}", f"the interpreter of the image is CPython {python}"],
        fix=f"give the image an interpreter of that range, or lock for this one: {renewal(command, where)}.",
    )


def no_wheel(where: str, package: str, wheels: Sequence[str], command: str) -> StrataError:
    """Return the error for a package without a wheel for the platform and without a source distribution."""
    return StrataError(
        f"{where}: {package} has no wheel for the image's interpreter and platform, and no source distribution.",
        found=wheels,
        fix=f"lock for that interpreter and platform: {renewal(command, where)} on such a machine.",
    )


def no_version(where: str, name: str, command: str) -> StrataError:
    """Return the error for a package that is not pinned to a version."""
    return StrataError(
        f"{where}: {name} has no version, so what would be installed is not pinned.",
        fix=f"require a version of {name} and {renewal(command, where)}.",
    )
