"""What installed wheels consist of, as the library reports it; and where two of them claim one path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Distribution:
    """What one wheel installs.

    :param modules: `click`, `click.core` … :param scripts: the names of the commands in bin.
    :param files: path from the root of the venv → something that is equal for equal contents.
    """

    modules: frozenset[str]
    scripts: frozenset[str]
    files: Mapping[str, str] = field(hash=False)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Distribution:
        return cls(frozenset(fields["modules"]), frozenset(fields["scripts"]), fields["files"])


def overlaps(distributions: Mapping[str, Distribution]) -> dict[str, tuple[str, ...]]:
    """Path → the names of those that have different files for it, sorted."""
    owners: dict[str, list[str]] = {}
    for name in sorted(distributions):
        for path in distributions[name].files:
            owners.setdefault(path, []).append(name)
    return {
        path: tuple(names)
        for path, names in sorted(owners.items())
        if len({distributions[name].files[path] for name in names}) > 1
    }


def entangled(overlapping: Mapping[str, Iterable[str]]) -> tuple[frozenset[str], ...]:
    """The sets of names that claim a path together."""
    return tuple(sorted({frozenset(names) for names in overlapping.values()}, key=sorted))
