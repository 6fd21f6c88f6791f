"""This module words the errors of the resolves of Pants, `[python].resolves`, from which images take their wheels.

The rules that find the lock of an image raise them, before the lock is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_venv() -> StrataError:
    """Return the error for an image that names no venv, in a repository without resolves."""
    return StrataError(
        "The image names no venv, and the repository has no resolves that could give its wheels.",
        found=["`[python].enable_resolves` is false"],
        fix="set `[python].enable_resolves = true` and `[python].resolves` in pants.toml, or name a `python_venv` in "
        "the `venv` field or in `[strata].venv`.",
    )


def resolves_disabled(name: str) -> StrataError:
    """Return the error for a named resolve in a repository that does not use them."""
    return StrataError(
        f"The resolve {name} is named, but resolves are not in use.",
        found=["`[python].enable_resolves` is false"],
        fix="set `[python].enable_resolves = true` in pants.toml, or name a lock in `lockfile` of a `python_venv`.",
    )


def unknown_resolve(name: str, known: Sequence[str]) -> StrataError:
    """Return the error for a name that is not among `[python].resolves`."""
    return StrataError(
        f"There is no resolve {name}.",
        found=[f"[python].resolves has {', '.join(known) or 'none'}"],
        fix="name one of these in `resolve`, or add it to `[python].resolves` in pants.toml.",
    )


def not_generated(name: str, path: str) -> StrataError:
    """Return the error for a resolve whose lock does not exist yet."""
    return StrataError(
        f"The lock file {path} of the resolve {name} does not exist.",
        fix=f"run `./pants generate-lockfiles --resolve={name}`.",
    )


def lockfile_and_resolve(lockfile: Sequence[str], name: str) -> StrataError:
    """Return the error for a venv that names its lock twice."""
    return StrataError(
        "A venv takes its wheels from exactly one of `lockfile` and `resolve`.",
        found=[f"lockfile: {', '.join(lockfile)}", f"resolve: {name}"],
        fix="take one of them out.",
    )


def conflicting_resolves(name: str, others: Sequence[str]) -> StrataError:
    """Return the error for code and requirements of an image that are of another resolve than its wheels."""
    return StrataError(
        f"The image takes its wheels from the resolve {name}, but depends on targets of other resolves.",
        found=others,
        fix="give these targets and the image one `resolve`; a target that several resolves use has "
        "`resolve=parametrize(…)`. `./pants dependencies --transitive {address}` tells what leads there.",
    )


def constraints_exclude_interpreter(
    name: str, option: str, constraints: Sequence[str], interpreter: str, python: str
) -> StrataError:
    """Return the error for a resolve that is for other versions of Python than the image's interpreter."""
    return StrataError(
        f"The resolve {name} is not for the interpreter of the image.",
        found=[
            f"{option} in pants.toml: {', '.join(constraints)}",
            f"{interpreter}, the `python_interpreter`: CPython {python}",
        ],
        fix=f"let the constraints allow CPython {python} and run `./pants generate-lockfiles --resolve={name}`, or "
        "name a `python_interpreter` with another `version` in `[strata].interpreter`.",
    )
