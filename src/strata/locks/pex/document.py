"""This module reads the JSON of a lock of Pex as typed values, and refuses fields that it does not know.

A newer Pex may write fields that change what is installed, as `excluded` and `overridden` did. So a field that is not
listed here is an error, and not passed over.
Source: pex/resolve/lockfile/json_codec.py, of Pex 2.1.84 to 2.105.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from strata.errors import locks as lock_errors
from strata.errors.package_locks import pex_locks as errors
from strata.locks.c_library import tags_of
from strata.locks.pyproject import requirement
from strata.locks.toml_table import Table

NEWEST_PEX = "2.105"
_STYLES = ("strict", "sources", "universal")
_IN_DOCUMENT = (
    "allow_builds",
    "allow_prereleases",
    "allow_wheels",
    "build_isolation",
    "constraints",
    "elide_unused_requires_dist",
    "excluded",
    "locked_resolves",
    "only_builds",
    "only_wheels",
    "overridden",
    "path_mappings",
    "pex_version",
    "pip_version",
    "prefer_older_binary",
    "requirements",
    "requires_python",
    "resolver_version",
    "style",
    "target_systems",
    "transitive",
    "use_pep517",
    "use_system_time",
)
_IN_RESOLVE = ("locked_requirements", "marker", "platform_tag")
_IN_PACKAGE = ("artifacts", "project_name", "requires_dists", "requires_python", "version")
_IN_ARTIFACT = ("algorithm", "commit_id", "editable", "hash", "url")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# `>=2.7.*` is no range of PEP 440, but stands in metadata of old releases; it means `>=2.7`.
_ORDERED_WILDCARD = re.compile(r"([<>]=?\s*[0-9.]*[0-9])\.\*")
_OVERRIDE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*=\s*(?P<requirement>[A-Za-z0-9].*)", re.DOTALL)
_VCS = re.compile(r"(?P<vcs>git|hg|svn|bzr)\+")
_VCS_NAMES = {"git": "Git", "hg": "Mercurial", "svn": "Subversion", "bzr": "Bazaar"}
_ARCHIVES = (".whl", ".sdist", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".zip")


@dataclass(frozen=True)
class Package:
    """One pinned version of a project.

    :param source: empty for files of an index; otherwise `folder` or the name of a version control system.
    :param files: their names.
    :param tags: wheel tags of its files, without duplicates; a source distribution has none.
    :param algorithms: of hashes that are no sha256.
    """

    name: str
    version: str
    requires_python: str
    requires: tuple[Requirement, ...]
    source: str
    hashes: tuple[str, ...]
    files: tuple[str, ...]
    algorithms: tuple[str, ...]
    tags: frozenset[str]
    has_sdist: bool


@dataclass(frozen=True)
class LockedResolve:
    """One resolution of all requirements; `platform` names the platform that it was made on, or is `universal`."""

    platform: str
    marker: str
    packages: Mapping[str, tuple[Package, ...]]


@dataclass(frozen=True)
class Document:
    """A lock of Pex. `requires_python` and `systems` are empty where they say nothing."""

    requires_python: tuple[str, ...]
    systems: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    excluded: tuple[Requirement, ...]
    overrides: tuple[tuple[str, Requirement], ...]
    prefer_older_binary: bool
    transitive: bool
    resolves: tuple[LockedResolve, ...]


def read_document(text: str, where: str, renew: str) -> Document:
    """Return the JSON of a lock as values.

    Raise StrataError for text that is cut off, fields that are missing or of another kind, and a newer format.
    """
    try:
        values = json.loads(text, object_hook=_without_nulls)
    except RecursionError:
        raise errors.not_json(where, "it is nested too deeply", renew) from None
    except json.JSONDecodeError as error:
        raise errors.not_json(where, str(error), renew) from None
    except ValueError:
        raise errors.not_json(where, "it holds a number that is too long", renew) from None
    if not isinstance(values, dict):
        raise lock_errors.wrong_value(where, "the lock", "a JSON object")
    return _Reader(Table(where, values), renew).document()


def _without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """Return an object without its fields that are null: Pex writes null where a field says nothing."""
    return {key: value for key, value in values.items() if value is not None}


class _Reader:
    def __init__(self, lock: Table, renew: str) -> None:
        self._lock = lock
        self._where = lock.where
        self._renew = renew

    def document(self) -> Document:
        self._refuse_unknown()
        return Document(
            requires_python=self._lock.texts("requires_python"),
            systems=self._lock.texts("target_systems"),
            requirements=self._requirements(self._lock, "requirements"),
            excluded=self._requirements(self._lock, "excluded"),
            overrides=tuple(self._override(text) for text in self._lock.texts("overridden")),
            prefer_older_binary=self._lock.flag("prefer_older_binary"),
            transitive=self._lock.flag("transitive"),
            resolves=tuple(self._resolve(table) for table in self._lock.tables("locked_resolves")),
        )

    def _refuse_unknown(self) -> None:
        """Raise StrataError for what only a newer Pex can have written, and for a lock without its main fields."""
        version, style = self._lock.text("pex_version"), self._lock.text("style")
        found = [] if style in _STYLES else [f"style: {style}"]
        found += sorted(f"field: {key}" for key in self._lock if key not in _IN_DOCUMENT)
        unknown: dict[str, None] = {}
        for resolve in self._lock.tables("locked_resolves"):
            unknown.update((f"field: locked_resolves.{key}", None) for key in resolve if key not in _IN_RESOLVE)
            for package in resolve.tables("locked_requirements"):
                unknown.update((f"field: locked_requirements.{key}", None) for key in package if key not in _IN_PACKAGE)
                for artifact in package.tables("artifacts"):
                    unknown.update((f"field: artifacts.{key}", None) for key in artifact if key not in _IN_ARTIFACT)
        found += sorted(unknown)
        if found:
            raise errors.newer_format(self._where, version, found, NEWEST_PEX, self._renew)
        for key in ("requirements", "locked_resolves", "transitive"):
            if key not in self._lock:
                raise lock_errors.wrong_value(self._where, key, "there")

    def _requirements(self, table: Table, key: str) -> tuple[Requirement, ...]:
        return tuple(requirement(text, self._where) for text in table.texts(key))

    def _override(self, text: str) -> tuple[str, Requirement]:
        """Return the project that an override replaces, and by which requirement; `NAME=` stands before another one."""
        match = _OVERRIDE.fullmatch(text)
        found = requirement(match["requirement"] if match else text, self._where)
        return canonicalize_name(match["name"] if match else found.name), found

    def _resolve(self, table: Table) -> LockedResolve:
        packages: dict[str, list[Package]] = {}
        for entry in table.tables("locked_requirements"):
            package = self._package(entry)
            packages.setdefault(package.name, []).append(package)
        return LockedResolve(
            platform="-".join(table.texts("platform_tag")) or "universal",
            marker=table.text("marker", ""),
            packages={name: tuple(found) for name, found in packages.items()},
        )

    def _package(self, entry: Table) -> Package:
        name, version = entry.text("project_name"), entry.text("version")
        try:
            version = str(Version(version))
        except InvalidVersion:
            raise lock_errors.unreadable(self._where, "a version (PEP 440)", version) from None
        hashes: set[str] = set()
        algorithms, sources, files = [], [], []
        for artifact in entry.tables("artifacts"):
            source, file = _source_and_file(artifact.text("url"))
            algorithm, value = artifact.text("algorithm"), artifact.text("hash")
            sources.append(source)
            files.append(file)
            if algorithm == "sha256" and _SHA256.fullmatch(value):
                hashes.add(value)
            else:
                algorithms.append(algorithm)
        return Package(
            name=canonicalize_name(name),
            version=version,
            requires_python=_ORDERED_WILDCARD.sub(r"\1", entry.text("requires_python", "")),
            requires=self._requirements(entry, "requires_dists"),
            source=next(filter(None, sources), ""),
            hashes=tuple(sorted(hashes)),
            files=tuple(sorted(files)),
            algorithms=tuple(algorithms),
            tags=frozenset(str(tag) for file in files for tag in tags_of(file)),
            has_sdist=any(not file.endswith(".whl") for file in files),
        )


def _source_and_file(url: str) -> tuple[str, str]:
    """Return where an artifact comes from, as in `Package.source`, and the name of its file."""
    match = _VCS.match(url)
    if match:
        return _VCS_NAMES[match["vcs"]], ""
    # Pex writes the value of a path mapping as `${NAME}`; it is the beginning of a path.
    path = unquote(url.partition("#")[0].partition("?")[0])
    file = path.rpartition("/")[2]
    is_file = file.endswith(_ARCHIVES)
    return ("" if is_file or not path.startswith(("file:", "/", "${")) else "folder"), file
