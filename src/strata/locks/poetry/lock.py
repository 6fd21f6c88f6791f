"""This module reads poetry.lock, versions 2.0 and 2.1: the packages that groups and extras need in an environment.

A lock of version 2.1 (Poetry 2) lists for each package its groups and a marker, in which extras take part. A lock of
version 2.0 (Poetry 1.3 to 1.8) does not (strata.locks.poetry.closure). The hashes pin the files. The user's
configuration says which indexes they come from, so the private indexes that a lock names are not read.
"""

from __future__ import annotations

from packaging.utils import canonicalize_name

from strata.errors import locks as errors
from strata.locks.locked_files import locked_requirement, one_version_each
from strata.locks.poetry.closure import reachable
from strata.locks.poetry.content_hash import is_fresh
from strata.locks.pyproject import group_names
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import Table, read_toml
from strata.locks.version_range import allows
from strata.locks.wanted import Wanted

COMMAND = "poetry lock"
_MAIN = "main"
_INDEX_SOURCES = ("legacy", "pypi")


def read_poetry_lock(lock_text: str, where: str, pyproject: Table, wanted: Wanted) -> tuple[LockedRequirement, ...]:
    """Return the main group, and the wanted groups and extras, without the project itself, sorted by name.

    Raise StrataError for a lock of another version, interpreter or pyproject.toml, for a group or an extra that the
    project does not have, and for packages from elsewhere than an index.
    """
    lock = read_toml(lock_text, where)
    metadata = lock.table("metadata")
    version = metadata.text("lock-version", "unknown")
    if version not in ("2.0", "2.1"):
        raise errors.other_lock_version(where, version, "2.0 and 2.1", COMMAND)
    if not is_fresh(lock_text, metadata.text("content-hash", ""), pyproject):
        raise errors.outdated(where, pyproject.where, ["another content-hash than the one in the lock"], COMMAND)
    pythons = metadata.text("python-versions", "*")
    if not allows(pythons, wanted.python, where):
        raise errors.other_python(where, pythons, wanted.python, COMMAND)
    groups = _groups(pyproject, with_standard=version != "2.0")
    wanted.check_known(where, groups=groups, extras=tuple(lock.table("extras")))
    if version == "2.0":
        chosen = reachable(lock, pyproject, wanted)
    else:
        chosen = tuple(package for package in lock.tables("package") if _is_wanted(package, wanted))
    own_name = canonicalize_name(
        pyproject.table("project").text("name", "") or pyproject.table("tool").table("poetry").text("name", "")
    )
    return one_version_each(
        (_locked(package) for package in chosen if not _is_project(package, own_name)), where, COMMAND
    )


def _groups(pyproject: Table, *, with_standard: bool) -> tuple[str, ...]:
    """Return the names of the project's groups. Poetry 1 knows its own tables only."""
    poetry = pyproject.table("tool").table("poetry")
    legacy = ("dev",) if "dev-dependencies" in poetry else ()
    standard = group_names(pyproject) if with_standard else ()
    own = (canonicalize_name(group) for group in poetry.table("group"))
    return tuple(dict.fromkeys([_MAIN, *own, *legacy, *standard]))


def _is_wanted(package: Table, wanted: Wanted) -> bool:
    """Return whether a package's marker holds for one of the wanted groups; one marker may stand for all groups."""
    for group in package.texts("groups"):
        if canonicalize_name(group) not in {_MAIN, *wanted.groups}:
            continue
        one_for_all = isinstance(package.values.get("markers", ""), str)
        marker = package.text("markers", "") if one_for_all else package.table("markers").text(group, "")
        if wanted.applies(marker, package.where, wanted.extras):
            return True
    return False


def _is_project(package: Table, own_name: str) -> bool:
    is_folder = package.table("source").text("type", "") == "directory"
    return is_folder and canonicalize_name(package.text("name")) == own_name


def _locked(package: Table) -> LockedRequirement:
    source = package.table("source").text("type", "pypi")
    if source not in _INDEX_SOURCES:
        raise errors.foreign_source(package.where, package.text("name"), source, COMMAND)
    return locked_requirement(package, package.tables("files"), COMMAND)
