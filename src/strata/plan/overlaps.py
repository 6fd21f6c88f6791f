"""This module finds the wheels that install different files at one path, or a file where another has a directory."""

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


def obstructions(distributions: Mapping[str, Distribution]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the paths that are a file of some distributions and a directory of others: path → the names of both.

    No venv can have both, and in an image the upper layer would hide what the lower one has.
    """
    owners: dict[str, set[str]] = {}
    for name, distribution in distributions.items():
        for path in distribution.files:
            owners.setdefault(path, set()).add(name)
    below: dict[str, set[str]] = {}
    for path, names in owners.items():
        parent = path.rpartition("/")[0]
        while parent:
            if parent in owners:
                below.setdefault(parent, set()).update(names)
            parent = parent.rpartition("/")[0]
    return {path: (tuple(sorted(owners[path])), tuple(sorted(below[path]))) for path in sorted(below)}


def entangled(overlapping: Mapping[str, Iterable[str]]) -> tuple[frozenset[str], ...]:
    """Return the sets of names that share a path, without duplicates, in the order of their sorted names."""
    return tuple(sorted({frozenset(names) for names in overlapping.values()}, key=sorted))
