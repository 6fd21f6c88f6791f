"""This module chooses from a poetry.lock of version 2.0 the packages that the project's dependencies lead to.

Only Poetry 1 writes that version, and it knows neither [project] nor [dependency-groups]: the dependencies that it
locked are in [tool.poetry]. (A pyproject.toml with more in [project] has another hash, so its lock is refused as out of
date.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Optional

from packaging.utils import canonicalize_name
from packaging.version import Version

from strata.errors import locks as errors
from strata.locks.toml_table import Table
from strata.locks.version_range import allows
from strata.locks.wanted import Wanted, normalised

_COMMAND = "poetry lock"


@dataclass(frozen=True)
class _Dependency:
    name: str
    versions: str
    extras: frozenset[str]
    optional: bool

    def __str__(self) -> str:
        return f"{self.name} {self.versions}"


def reachable(lock: Table, pyproject: Table, wanted: Wanted) -> tuple[Table, ...]:
    """Return the packages that the main group and the wanted groups and extras lead to, one of each name."""
    return _Closure(lock, wanted).of(tuple(_direct(pyproject, wanted)))


class _Closure:
    def __init__(self, lock: Table, wanted: Wanted) -> None:
        self._where = lock.where
        self._wanted = wanted
        self._candidates: dict[str, list[Table]] = defaultdict(list)
        for package in lock.tables("package"):
            if allows(package.text("python-versions", "*"), wanted.python, package.where):
                self._candidates[canonicalize_name(package.text("name"))].append(package)

    def of(self, direct: tuple[_Dependency, ...]) -> tuple[Table, ...]:
        """Return the packages that dependencies lead to, one of each name.

        Several versions of a package may satisfy one dependency, and only one of them another dependency. So the
        constraints of all dependencies are collected, round by round, until a round adds none.
        """
        asked: frozenset[tuple[str, str]] = frozenset()
        while True:
            found, seen = self._walk(direct, asked)
            if seen <= asked:
                return tuple(found.values())
            asked |= seen

    def _walk(
        self, direct: tuple[_Dependency, ...], asked: frozenset[tuple[str, str]]
    ) -> tuple[Mapping[str, Table], frozenset[tuple[str, str]]]:
        found: dict[str, Table] = {}
        seen: set[tuple[str, str]] = set()
        walked: set[tuple[str, Optional[str]]] = set()
        pending = list(direct)
        while pending:
            dependency = pending.pop()
            seen.add((dependency.name, dependency.versions))
            if dependency.name not in found:
                found[dependency.name] = self._choose(dependency, asked)
            for extra in (None, *dependency.extras):
                if (dependency.name, extra) not in walked:
                    walked.add((dependency.name, extra))
                    pending += _read(found[dependency.name], "dependencies", self._wanted, frozenset({extra or ""}))
        return found, frozenset(seen)

    def _choose(self, dependency: _Dependency, asked: frozenset[tuple[str, str]]) -> Table:
        ranges = [dependency.versions, *(versions for name, versions in asked if name == dependency.name)]
        fitting = [
            package
            for package in self._candidates[dependency.name]
            if all(allows(versions, package.text("version"), package.where) for versions in ranges)
        ]
        if not fitting:
            raise errors.not_locked(self._where, str(dependency), _COMMAND)
        return max(fitting, key=lambda package: Version(package.text("version")))


def _direct(pyproject: Table, wanted: Wanted) -> Iterator[_Dependency]:
    poetry = pyproject.table("tool").table("poetry")
    extras = poetry.table("extras")
    names = normalised(
        name for extra in extras if canonicalize_name(extra) in wanted.extras for name in extras.texts(extra)
    )
    for dependency in _read(poetry, "dependencies", wanted):
        if dependency.name != "python" and (not dependency.optional or dependency.name in names):
            yield dependency
    groups = poetry.table("group")
    for group in groups:
        if canonicalize_name(group) in wanted.groups:
            yield from _read(groups.table(group), "dependencies", wanted)
    if "dev" in wanted.groups:
        yield from _read(poetry, "dev-dependencies", wanted)


def _read(table: Table, key: str, wanted: Wanted, extras: frozenset[str] = frozenset()) -> Iterator[_Dependency]:
    """Yield dependencies that apply: `name = "^1"`, `name = {version = "^1", python = "<3.11"}` or a list of such."""
    dependencies = table.table(key)
    for name, value in dependencies.values.items():
        for one in value if isinstance(value, list) else [value]:
            entry = Table(table.where, {"version": one} if isinstance(one, str) else one, f"{dependencies.name}.{name}")
            if not isinstance(entry.values, dict):
                raise errors.wrong_value(table.where, entry.name, "a version, a table, or a list of them")
            if _applies(entry, wanted, extras):
                yield _Dependency(
                    canonicalize_name(name),
                    entry.text("version", "*"),
                    normalised(entry.texts("extras")),
                    entry.flag("optional"),
                )


def _applies(entry: Table, wanted: Wanted, extras: frozenset[str]) -> bool:
    platform = wanted.environment["sys_platform"]
    return (
        wanted.applies(entry.text("markers", ""), entry.where, extras)
        and allows(entry.text("python", "*"), wanted.python, entry.where)
        and entry.text("platform", platform) == platform
    )
