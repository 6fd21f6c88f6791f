"""This module finds the wheels that install different files at one path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strata.protocol.dependencies_layer import Distribution


def overlaps(distributions: Mapping[str, Distribution]) -> dict[str, tuple[str, ...]]:
    """Return the paths at which distributions have different files: path → the sorted names of these distributions.

    :param distributions: name of a project → what its wheel installs.
    """
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
    """Return the sets of names that share a path, without duplicates, in the order of their sorted names."""
    return tuple(sorted({frozenset(names) for names in overlapping.values()}, key=sorted))
