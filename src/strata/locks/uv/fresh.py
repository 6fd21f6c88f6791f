"""This module compares a uv.lock with its pyproject.toml: the requirements it was made from, and those of today.

uv writes markers in a form of its own (`python_version` as `python_full_version`, `platform_system` as `sys_platform`,
in another order), so two markers count as equal where they hold in the same environments of a grid.

Strategies of resolution, pre-releases and `exclude-newer` are not compared, because a command line or the user's own
configuration may have set them. The sources of packages, [tool.uv.sources], are not compared, either: a wheel comes
from the user's indexes, and a package from elsewhere is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from strata.errors import locks as errors
from strata.locks.pyproject import Pyproject, requirement
from strata.locks.toml_table import Table
from strata.locks.version_range import allows
from strata.locks.wanted import holds, normalised

_SOURCES = ("index", "git", "url", "path", "directory", "editable", "virtual", "workspace")
_EXTRA = re.compile(r"""\bextra == (["'])(?P<name>[^"']+)\1""")
_OPTIONAL = "optional-dependencies"

_PYTHONS = tuple(f"3.{minor}.{patch}" for minor in range(7, 20) for patch in (0, 4))
_PLATFORMS = (
    ("posix", "Linux", "linux", "x86_64"),
    ("posix", "Linux", "linux", "aarch64"),
    ("posix", "Darwin", "darwin", "arm64"),
    ("nt", "Windows", "win32", "AMD64"),
)
_IMPLEMENTATIONS = (("CPython", "cpython"), ("PyPy", "pypy"))


@dataclass(frozen=True)
class _Asked:
    """One requirement, in a form in which a lock's and a pyproject.toml's are equal where they mean the same.

    :param section: the place in pyproject.toml: `dependencies`, `optional-dependencies.NAME`, …
    :param holds_in: for each environment of the grid, whether the marker holds; empty where it holds in all.
    """

    section: str
    name: str
    extras: frozenset[str] = frozenset()
    versions: SpecifierSet = field(default_factory=SpecifierSet)
    holds_in: tuple[bool, ...] = ()


@dataclass(frozen=True)
class _Comparable:
    """The requirements of both sides, in a form that can be compared.

    :param sourced: names of packages with a source of their own. Only their names are compared, since uv keeps neither
        version nor marker for every kind of source.
    """

    sourced: frozenset[str]

    def locked(self, section: str, entries: Iterable[Table]) -> Iterator[_Asked]:
        for entry in entries:
            one = requirement(entry.text("name"), entry.where)
            try:
                versions = SpecifierSet(entry.text("specifier", ""))
            except ValueError:
                raise errors.unreadable(entry.where, "a range of versions", entry.text("specifier")) from None
            yield self._asked(section, one.name, entry.texts("extras"), versions, entry.text("marker", ""), entry.where)

    def declared(self, section: str, requirements: Iterable[Requirement], where: str) -> Iterator[_Asked]:
        for one in requirements:
            yield self._asked(section, one.name, tuple(one.extras), one.specifier, str(one.marker or ""), where)

    def _asked(
        self, section: str, name: str, extras: Iterable[str], versions: SpecifierSet, marker: str, where: str
    ) -> _Asked:
        match = _EXTRA.search(marker)
        extra = canonicalize_name(match["name"]) if match else ""
        if extra:
            section = f"{_OPTIONAL}.{extra}"
        name = canonicalize_name(name)
        if name in self.sourced:
            return _Asked(section, name)
        return _Asked(section, name, normalised(extras), versions, _places(marker, extra, where))


def differences(lock: Table, root: Table, members: int, document: Table, pyproject: Pyproject) -> tuple[str, ...]:
    """Return a line for each section of pyproject.toml that changed after locking: `dependencies: click, flask`.

    Raise StrataError for a project with dynamic dependencies.

    :param root: the project's package in the lock.
    :param members: the number of the workspace's members. The lock's range of Pythons is the one that they share, so a
        member among several may allow more.
    """
    _refuse_dynamic(document)
    metadata, uv = root.table("metadata"), document.table("tool").table("uv")
    in_groups = metadata.table("requires-dev")
    entries = [("dependencies", metadata.tables("requires-dist"))]
    entries += [(f"dependency-groups.{canonicalize_name(name)}", in_groups.tables(name)) for name in in_groups]
    asked = [("dependencies", pyproject.dependencies)]
    asked += [(f"{_OPTIONAL}.{name}", found) for name, found in pyproject.extras.items()]
    asked += [(f"dependency-groups.{name}", found) for name, found in pyproject.groups.items()]
    if root.table("source").values in ({"virtual": "."}, {"editable": "."}):
        # These are the workspace's: a member's pyproject.toml has no say.
        manifest, where = lock.table("manifest"), document.where
        for kind in ("constraint", "override"):
            section = f"tool.uv.{kind}-dependencies"
            entries.append((section, manifest.tables(f"{kind}s")))
            asked.append((section, tuple(requirement(text, where) for text in uv.texts(f"{kind}-dependencies"))))
    comparable = _Comparable(_sourced(uv, entries, asked))
    before = {one for section, found in entries for one in comparable.locked(section, found)}
    after = {one for section, found in asked for one in comparable.declared(section, found, document.where)}
    changed: dict[str, set[str]] = {}
    for one in before ^ after:
        changed.setdefault(one.section, set()).add(one.name)
    found = [f"{section}: {', '.join(sorted(changed[section]))}" for section in sorted(changed)]
    locked_range = lock.text("requires-python", "")
    if pyproject.python and not _same_pythons(locked_range, pyproject.python, members, document.where):
        found.append(f"requires-python: {pyproject.python}, locked as {locked_range or 'any'}")
    return tuple(found)


def _refuse_dynamic(document: Table) -> None:
    dynamic = [name for name in document.table("project").texts("dynamic") if name in ("dependencies", _OPTIONAL)]
    if dynamic:
        raise errors.dynamic_dependencies(document.where, dynamic)


def _sourced(
    uv: Table, entries: Iterable[tuple[str, tuple[Table, ...]]], asked: Iterable[tuple[str, tuple[Requirement, ...]]]
) -> frozenset[str]:
    """Return the packages for which either side names a source. A workspace's member inherits sources from its root."""
    return normalised(
        [
            *uv.table("sources"),
            *(entry.text("name") for _, found in entries for entry in found if any(key in entry for key in _SOURCES)),
            *(one.name for _, found in asked for one in found if one.url),
        ]
    )


def _same_pythons(locked: str, declared: str, members: int, where: str) -> bool:
    for version in (f"3.{minor}.{patch}" for minor in range(6, 22) for patch in range(22)):
        in_lock, in_project = allows(locked, version, where), allows(declared, version, where)
        if in_lock != in_project and (in_lock or members == 1):
            return False
    return True


@lru_cache(maxsize=4096)
def _places(marker: str, extra: str, where: str) -> tuple[bool, ...]:
    places = tuple(holds(marker, environment, where, frozenset({extra})) for environment in _grid())
    return () if all(places) else places


@lru_cache(maxsize=1)
def _grid() -> tuple[Mapping[str, str], ...]:
    return tuple(
        {
            "implementation_name": implementation,
            "implementation_version": python,
            "os_name": os_name,
            "platform_machine": machine,
            "platform_python_implementation": implementation_name,
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": python,
            "python_version": python.rpartition(".")[0],
            "sys_platform": sys_platform,
        }
        for python, (os_name, system, sys_platform, machine), (implementation_name, implementation) in product(
            _PYTHONS, _PLATFORMS, _IMPLEMENTATIONS
        )
    )
