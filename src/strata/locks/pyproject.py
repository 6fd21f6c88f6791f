"""This module reads from a pyproject.toml what a project needs: [project] (PEP 621), [dependency-groups] (PEP 735)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from strata.errors import locks as errors
from strata.locks.toml_table import Table


@dataclass(frozen=True)
class Pyproject:
    """The requirements of a project.

    Its name and those of extras and groups are in normal form (PEP 503). The name and the range of Pythons are empty
    where the file has none.
    """

    where: str
    name: str
    python: str
    dependencies: tuple[Requirement, ...]
    extras: Mapping[str, tuple[Requirement, ...]]
    groups: Mapping[str, tuple[Requirement, ...]]


def read_pyproject(document: Table) -> Pyproject:
    """Read a pyproject.toml.

    Raise StrataError for an invalid requirement, for a group that includes itself, and for one that includes a group
    which does not exist.
    """
    project = document.table("project")
    optional = project.table("optional-dependencies")
    where = document.where
    return Pyproject(
        where=where,
        name=canonicalize_name(project.text("name", "")),
        python=project.text("requires-python", ""),
        dependencies=tuple(requirement(text, where) for text in project.texts("dependencies")),
        extras={
            canonicalize_name(extra): tuple(requirement(text, where) for text in optional.texts(extra))
            for extra in optional
        },
        groups=_read_groups(document),
    )


def group_names(document: Table) -> tuple[str, ...]:
    """Return the names of the dependency groups (PEP 735) in their normal form."""
    return tuple(canonicalize_name(group) for group in document.table("dependency-groups"))


@lru_cache(maxsize=4096)
def requirement(text: str, where: str) -> Requirement:
    """Return the requirement that a text states. Raise StrataError for a text that is no requirement (PEP 508).

    Equal texts share one requirement, so callers must not change it.
    """
    try:
        return Requirement(text)
    except (ValueError, RecursionError, SyntaxError):
        raise errors.unreadable(where, "a requirement (PEP 508)", text) from None


def _read_groups(document: Table) -> Mapping[str, tuple[Requirement, ...]]:
    """Return each group with the requirements of the groups that it includes.

    [tool.uv] may add to them: `dev-dependencies` is the group `dev`, and `dependency-groups` may limit a group to a
    range of Pythons.
    """
    uv = document.table("tool").table("uv")
    ranges = uv.table("dependency-groups")
    pythons: dict[str, str] = {
        canonicalize_name(name): ranges.table(name).text("requires-python", "") for name in ranges
    }
    groups = _Groups(document.table("dependency-groups"), pythons)
    found: dict[str, tuple[Requirement, ...]] = {name: tuple(groups.members(name, ())) for name in groups.tables}
    legacy = uv.texts("dev-dependencies")
    if legacy:
        found["dev"] = (*found.get("dev", ()), *(requirement(text, document.where) for text in legacy))
    return found


class _Groups:
    def __init__(self, table: Table, pythons: Mapping[str, str]) -> None:
        self._table = table
        self._pythons = pythons
        self.tables: Mapping[str, str] = {canonicalize_name(name): name for name in table}

    def members(self, name: str, includers: tuple[str, ...]) -> Iterator[Requirement]:
        where = self._table.where
        if name in includers:
            raise errors.include_cycle(where, includers[0])
        if name not in self.tables:
            raise errors.include_unknown(where, includers[-1], name)
        for item in self._table.items(self.tables[name]):
            if isinstance(item, str):
                yield self._in_range(name, requirement(item, where))
            elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
                for included in self.members(canonicalize_name(item["include-group"]), (*includers, name)):
                    yield self._in_range(name, included)
            else:
                raise errors.wrong_value(
                    where, f"dependency-groups.{name}", "a list of requirements and include-groups"
                )

    def _in_range(self, group: str, found: Requirement) -> Requirement:
        """Return a requirement of a group, with a marker for the Pythons that [tool.uv] limits the group to."""
        python = self._pythons.get(group)
        if not python:
            return found
        try:
            limits = [f"python_full_version {one.operator} '{one.version}'" for one in SpecifierSet(python)]
            limited = copy(found)
            limited.marker = Marker(" and ".join([*limits, *([f"({found.marker})"] if found.marker else [])]))
        except ValueError:
            raise errors.unreadable(self._table.where, "a range of versions", python) from None
        return limited
