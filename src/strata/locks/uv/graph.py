"""This module walks the graph of a uv.lock: from a project to the packages that an environment, groups and extras need.

uv locks extras and groups that exclude each other in forks, whose markers compare `extra` with names that uv makes,
such as `extra-7-my-proj-cpu` and `group-3-app-dev`. Such a comparison holds where that extra or group is chosen.
Source: crates/uv-resolver/src/universal_marker.rs and lock/installable.rs of uv.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Optional

from packaging.utils import canonicalize_name

from strata.errors import locks as errors
from strata.locks.locked_files import locked_requirement
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import Table
from strata.locks.wanted import Wanted

COMMAND = "uv lock"
_FOLDERS = ("virtual", "editable", "directory")
_SOURCES = ("registry", "git", "url", "path", *_FOLDERS)


class Graph:
    """The packages of a lock, and the one among them that is the project of a pyproject.toml."""

    def __init__(self, lock: Table, project: str) -> None:
        self._where = lock.where
        self._packages: dict[str, list[Table]] = defaultdict(list)
        for package in lock.tables("package"):
            self._packages[canonicalize_name(package.text("name"))].append(package)
        members = lock.table("manifest").texts("members")
        self.members = frozenset(canonicalize_name(name) for name in (*members, project))
        roots = [package for package in self._packages[project] if source_kind(package) in _FOLDERS]
        if len(roots) != 1:
            raise errors.not_locked(self._where, f"the project {project}", COMMAND)
        self.root = roots[0]

    def requirements(self, wanted: Wanted) -> Iterator[LockedRequirement]:
        """Yield the packages that the project leads to, without the members of the workspace.

        Raise StrataError for a package from elsewhere than an index, and for one that is not locked or locked twice.
        """
        for package in self._reachable(wanted):
            name, kind = canonicalize_name(package.text("name")), source_kind(package)
            if kind == "registry":
                files = [*package.tables("wheels"), *([package.table("sdist")] if "sdist" in package else [])]
                yield locked_requirement(package, files, COMMAND)
            elif kind not in _FOLDERS or name not in self.members:
                raise errors.foreign_source(self._where, name, kind, COMMAND)

    def _reachable(self, wanted: Wanted) -> list[Table]:
        """Return the packages that the project leads to.

        A dependency such as `app[cpu]` chooses an extra, and a marker that was met before may ask for it. So the graph
        is walked again until a walk chooses no more extras.
        """
        project = canonicalize_name(self.root.text("name"))
        chosen = frozenset(
            [
                _encoded("project", project),
                *(_encoded("extra", project, extra) for extra in wanted.extras),
                *(_encoded("group", project, group) for group in wanted.groups),
            ]
        )
        while True:
            found, met = self._walk(wanted, chosen)
            if met <= chosen:
                return found
            chosen |= met

    def _walk(self, wanted: Wanted, chosen: frozenset[str]) -> tuple[list[Table], frozenset[str]]:
        found: dict[int, Table] = {}
        met: set[str] = set()
        walked: set[tuple[int, Optional[str]]] = set()
        groups = self.root.table("dev-dependencies")
        pending = [
            edge for group in groups if canonicalize_name(group) in wanted.groups for edge in groups.tables(group)
        ]
        visits: list[tuple[Table, Optional[str]]] = [
            (self.root, None),
            *((self.root, extra) for extra in wanted.extras),
        ]
        while visits or pending:
            for package, extra in visits:
                if (id(package), extra) not in walked:
                    walked.add((id(package), extra))
                    found[id(package)] = package
                    pending += _edges(package, extra)
            visits = []
            for edge in pending:
                name, extras = canonicalize_name(edge.text("name")), edge.texts("extra")
                own = {_encoded("extra", name, extra) for extra in extras}
                if wanted.applies(edge.text("marker", ""), self._where, chosen | own):
                    met |= own
                    package = self._target(edge, name, wanted)
                    visits += [(package, None), *((package, canonicalize_name(extra)) for extra in extras)]
            pending = []
        return list(found.values()), frozenset(met)

    def _target(self, edge: Table, name: str, wanted: Wanted) -> Table:
        """Return the package that a dependency names: by name, version and source, then by the markers of its fork."""
        version, source = edge.text("version", ""), edge.table("source").values
        fitting = [
            package
            for package in self._packages[name]
            if (not version or package.text("version", "") == version)
            and (not source or package.table("source").values == source)
        ]
        if len(fitting) > 1:
            fitting = [
                package
                for package in fitting
                if any(wanted.applies(marker, self._where) for marker in package.texts("resolution-markers"))
            ]
        if not fitting:
            raise errors.not_locked(self._where, f"{name} {version}".strip(), COMMAND)
        if len(fitting) > 1:
            raise errors.locked_twice(
                self._where, name, sorted(package.text("version", "") for package in fitting), COMMAND
            )
        return fitting[0]


def source_kind(package: Table) -> str:
    """Return the kind of a package's source: `registry`, `git`, `url`, `path` (a file), or a kind of folder."""
    source = package.table("source")
    return next((kind for kind in _SOURCES if kind in source), "source that is not known here")


def _edges(package: Table, extra: Optional[str]) -> tuple[Table, ...]:
    if extra is None:
        return package.tables("dependencies")
    optional = package.table("optional-dependencies")
    return tuple(edge for name in optional if canonicalize_name(name) == extra for edge in optional.tables(name))


def _encoded(kind: str, package: str, name: str = "") -> str:
    """Return how a marker names an extra, a group or a project: the length keeps `a-b` + `c` and `a` + `b-c` apart."""
    return "-".join([kind, str(len(package)), package, *([canonicalize_name(name)] if name else [])])
