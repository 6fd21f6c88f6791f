"""This module words the errors of the locks of Pex.

Reading a venv's lock raises them (strata.locks.pex), which happens in a rule. `where` is the path of the lock, and
`renew` says how this lock is written again, as its header has it. No message shows a URL: those of git repositories and
private indexes may hold credentials.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def not_json(where: str, problem: str, renew: str) -> StrataError:
    """Return the error for a lock that was cut off or damaged."""
    return StrataError(
        f"{where} is a lock of Pex that is cut off or damaged: it is not JSON.",
        found=[problem],
        fix=f"take the file from version control again, or {renew}.",
    )


def newer_format(where: str, pex_version: str, unknown: Sequence[str], newest: str, renew: str) -> StrataError:
    """Return the error for fields that may change what is installed, and whose meaning is not known here."""
    return StrataError(
        f"{where} is a lock of a newer format than is read here.",
        found=[f"written by Pex {pex_version}; those up to {newest} are read", *unknown],
        fix=f"use a newer release of Strata, or set an older Pex (`[pex-cli].version` in pants.toml) and {renew}.",
    )


def damaged_header(where: str, renew: str) -> StrataError:
    """Return the error for a header of Pants whose metadata is no JSON object, or has no end."""
    return StrataError(
        f"{where}: the lines that Pants wrote before the lock were edited and cannot be read.",
        found=["the block between BEGIN and END PANTS LOCKFILE METADATA is not a JSON object"],
        fix=f"take the file from version control again, or {renew}.",
    )


def edited(where: str, differences: Sequence[str], renew: str) -> StrataError:
    """Return the error for a lock whose requirements are not those that Pants noted in the header."""
    return StrataError(
        f"{where} was edited by hand: its requirements are not those that its header says it was made from.",
        found=differences,
        fix=f"change the requirements where they are declared, and {renew}.",
    )


def other_python(where: str, constraints: Sequence[str], python: str, renew: str) -> StrataError:
    """Return the error for a lock that was made for other versions of Python."""
    return StrataError(
        f"{where} is a lock for another interpreter version.",
        found=[f"locked for {' or '.join(constraints)}", f"the interpreter of the image is CPython {python}"],
        fix="give the image an interpreter of that range (`version` of `python_interpreter`), or widen "
        f"`interpreter_constraints` of the resolve and {renew}.",
    )


def other_platform(where: str, platforms: Sequence[str], renew: str) -> StrataError:
    """Return the error for a universal lock that leaves out Linux."""
    return StrataError(
        f"{where} is a lock for other platforms.",
        found=[f"locked for {platform}" for platform in platforms],
        fix=f"lock for linux as well and {renew}.",
    )


def nothing_fits(where: str, reasons: Sequence[str], renew: str) -> StrataError:
    """Return the error for a lock none of whose locked resolves can be installed on the image's platform."""
    return StrataError(
        f"{where} does not hold all that is needed for the image's interpreter and platform.",
        found=reasons,
        fix=f"lock for that interpreter and platform as well, best with the style `universal`, and {renew}.",
    )


def foreign_source(where: str, name: str, kind: str, renew: str) -> StrataError:
    """Return the error for a package from elsewhere than an index.

    :param kind: `folder`, `URL`, or the name of a version control system.
    """
    if kind == "folder":
        return StrataError(
            f"{where}: {name} is a folder of the machine that made the lock, not a package of an index.",
            fix=f"let the app's targets depend on the code of {name}, take {name} out of the requirements, and "
            f"{renew}.",
        )
    return StrataError(
        f"{where}: {name} is taken from {kind}, which other machines may not reach or may find changed.",
        fix=f"publish a wheel of {name} to an index or a find-links folder, require its version, and {renew}.",
    )


def file_without_sha256(where: str, package: str, algorithm: str, renew: str) -> StrataError:
    """Return the error for a file that no sha256 pins."""
    return StrataError(
        f"{where}: a file of {package} has no sha256, so what would be installed is not pinned.",
        found=[f"a hash by {algorithm}"] if algorithm else [],
        fix=f"{renew}, with an index that gives sha256 hashes.",
    )


def several_overrides(where: str, name: str, overrides: Sequence[str], renew: str) -> StrataError:
    """Return the error for overrides of one project that hold at the same time."""
    return StrataError(
        f"{where} has more than one override of {name} for the same interpreter and platform.",
        found=overrides,
        fix=f"keep one in `[python].resolves_to_overrides`, or give them markers that exclude each other, and {renew}.",
    )


def no_groups(where: str, names: Sequence[str]) -> StrataError:
    """Return the error for groups and extras of a venv whose lock is one of Pex."""
    return StrataError(
        f"{where} is a lock of Pex, which has no groups and extras to choose from.",
        found=names,
        fix="leave `groups` and `extras` out, and name extras in the requirements that are locked, for instance "
        '`python_requirement(requirements=["uvicorn[standard]"])`.',
    )
