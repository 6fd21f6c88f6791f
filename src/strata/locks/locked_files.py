"""This module reads the facts that TOML locks write alike: a package's name, version, and its files with hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from strata.errors import locks as errors
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import Table

# How poetry.lock, pylock.toml and uv.lock call it; each of the last two may have a URL instead.
_NAMES = ("file", "name", "filename", "path")
_SHA256 = re.compile(r"sha256:(?P<hex>[0-9a-f]{64})")


def locked_requirement(package: Table, files: Iterable[Table], command: str) -> LockedRequirement:
    """Return a locked package as a requirement with the sha256 of its files.

    Raise StrataError for a version that cannot be read (PEP 440), for a file without sha256, and for no files at all.

    :param command: the command that renews the lock, for messages.
    """
    name, version = package.text("name"), package.text("version")
    try:
        version = str(Version(version))
    except InvalidVersion:
        raise errors.unreadable(package.where, "a version (PEP 440)", version) from None
    hashes, names = set(), set()
    for file in files:
        value = file.text("hash", "")
        match = _SHA256.fullmatch(value)
        if not match:
            raise errors.file_without_sha256(package.where, f"{name} {version}", value, command)
        hashes.add(match["hex"])
        names.add(file_name(file))
    if not hashes:
        raise errors.no_files(package.where, f"{name} {version}", command)
    return LockedRequirement(canonicalize_name(name), version, tuple(sorted(hashes)), files=tuple(sorted(names)))


def file_name(file: Table) -> str:
    """Return the name of a file: its own, or else the last part of its path or URL, without what follows it."""
    own = next(filter(None, (file.text(key, "") for key in _NAMES)), "")
    path = own or unquote(file.text("url", "").partition("#")[0].partition("?")[0])
    return path.replace("\\", "/").rpartition("/")[2]


def one_version_each(
    requirements: Iterable[LockedRequirement], where: str, command: str
) -> tuple[LockedRequirement, ...]:
    """Return the requirements sorted by name. Raise StrataError where two are of one project."""
    found: dict[str, LockedRequirement] = {}
    for requirement in requirements:
        other = found.setdefault(requirement.name, requirement)
        if other != requirement:
            raise errors.locked_twice(where, other.name, sorted([other.version, requirement.version]), command)
    return tuple(found[name] for name in sorted(found))
