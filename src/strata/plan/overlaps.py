"""This module finds the wheels that install different files at one path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strata.protocol.dependencies_layer import Distribution


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
    """Return the sets of names that claim a path together."""
    return tuple(sorted({frozenset(names) for names in overlapping.values()}, key=sorted))
