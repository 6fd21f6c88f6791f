"""This module words the errors of hashed requirements files, one of the formats of locks.

Reading a venv's lock or an installer's lock raises them (strata.locks.requirements), which happens in a rule. `where`
is the path of the file and, after a colon, the number of the line.
"""

from __future__ import annotations

from strata.errors import StrataError
from strata.errors.locks import renewal


def _compile(path: str) -> str:
    return renewal(f"uv pip compile --generate-hashes -o {path.rpartition('/')[2]} requirements.in", path)


def _renew(where: str) -> str:
    """Return how to make the file again, as a sentence."""
    return f"make the file again; for instance, {_compile(where.partition(':')[0])}."


def lock_missing(path: str) -> StrataError:
    """Return the error for a `lockfile` field whose file does not exist."""
    return StrataError(
        f"The lock file {path} does not exist.",
        fix=f"list what the apps need in requirements.in beside it and {_compile(path)}, or name another file in "
        "`lockfile`.",
    )


def line_without_hash(where: str, line: str) -> StrataError:
    """Return the error for a requirement without `--hash`."""
    return StrataError(
        f"{where}: a requirement has no hash, so what would be installed is not pinned.",
        found=[line],
        fix=_renew(where),
    )


def unusable_hash(where: str, value: str) -> StrataError:
    """Return the error for a hash by another algorithm than sha256, or of another length."""
    return StrataError(
        f"{where}: a hash is no sha256.",
        found=[value],
        fix="a hash is `--hash=sha256:` with 64 lower-case hex digits: take the line out, and " + _renew(where),
    )


def not_pinned(where: str, line: str) -> StrataError:
    """Return the error for a requirement that allows more than one version."""
    return StrataError(
        f"{where}: a requirement is not pinned to one version with `==`.", found=[line], fix=_renew(where)
    )


def unreadable_line(where: str, line: str) -> StrataError:
    """Return the error for a line that is neither a requirement (PEP 508) nor an option of pip."""
    return StrataError(
        f"{where}: this line is no requirement (PEP 508).",
        found=[line],
        fix="a lock holds `name==version --hash=sha256:…` lines and comments: take the line out, and " + _renew(where),
    )


def local_project(where: str, line: str) -> StrataError:
    """Return the error for a project that is installed from a folder or a file."""
    return StrataError(
        f"{where}: a project is taken from a place of one machine, so that nothing pins it.",
        found=[line],
        fix="take it out of what the lock is made from and make the file again. The code of this repository comes into "
        "images as `python_sources`; a wheel of another belongs into an index or a find-links folder.",
    )


def unusable_option(where: str, line: str) -> StrataError:
    """Return the error for an option of pip that has no meaning in a lock, or names another file."""
    return StrataError(
        f"{where}: this option of pip has no place in a lock.",
        found=[line],
        fix="take the line out. Options of indexes are passed over, since indexes come from pip's own configuration, "
        "and wheels are taken in any case; requirements of another file belong into this one.",
    )


def direct_reference(where: str, name: str, line: str) -> StrataError:
    """Return the error for a requirement with a URL (`name @ URL`)."""
    return StrataError(
        f"{where}: {name} is taken from a URL, which other machines may not reach or may find changed.",
        found=[line],
        fix=f"publish a wheel of {name} to an index or a find-links folder and pin it with `{name}==version`.",
    )


def unusable_marker(where: str, name: str, marker: str) -> StrataError:
    """Return the error for a marker that cannot be evaluated: it orders values that have no order."""
    return StrataError(
        f"{where}: the marker of {name} compares what has no order (PEP 508).",
        found=[marker],
        fix=_renew(where),
    )


def pinned_twice(where: str, name: str) -> StrataError:
    """Return the error for two lines of one project that hold in the same environment."""
    return StrataError(
        f"{where}: {name} is pinned more than once for the same environment.",
        fix="keep one line, or give the lines markers that exclude each other; " + _renew(where),
    )
