"""This module finds the wheels that install different files at one path, or a file where another has a directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from strata.protocol.dependencies_layer import Distribution


def overlaps(distributions: Mapping[str, Distribution]) -> dict[str, tuple[str, ...]]:
    """Return the paths at which distributions have different files: path → the sorted names of these distributions.

    :param distributions: name of a project → what its wheel installs.
    """
    seen, shared = set[str](), set[str]()
    for distribution in distributions.values():
        shared.update(seen & distribution.files.keys())
        seen.update(distribution.files)
    owners = {path: [name for name in sorted(distributions) if path in distributions[name].files] for path in shared}
    return {
        path: tuple(names)
        for path, names in sorted(owners.items())
        if len({distributions[name].files[path] for name in names}) > 1
    }


def obstructions(distributions: Mapping[str, Distribution]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the paths that are a file of some distributions and a directory of others: path → the names of both.

    No venv can have both, and in an image the upper layer would hide what the lower one has.
    """
    above = frozenset[str]().union(*map(directories, distributions.values()))
    both = sorted(path for each in distributions.values() for path in above & each.files.keys())
    return {
        path: (
            tuple(name for name in sorted(distributions) if path in distributions[name].files),
            tuple(name for name in sorted(distributions) if path in directories(distributions[name])),
        )
        for path in both
    }


# Each image that has a wheel asks the same of it.
@lru_cache(maxsize=4096)
def directories(distribution: Distribution) -> frozenset[str]:
    """Return the paths of the directories that a distribution has files in, at any depth."""
    found: set[str] = set()
    for path in distribution.files:
        parent = path.rpartition("/")[0]
        # Where a directory is known, all above it are.
        while parent and parent not in found:
            found.add(parent)
            parent = parent.rpartition("/")[0]
    return frozenset(found)


def entangled(overlapping: Mapping[str, Iterable[str]]) -> tuple[frozenset[str], ...]:
    """Return the sets of names that share a path, without duplicates, in the order of their sorted names."""
    return tuple(sorted({frozenset(names) for names in overlapping.values()}, key=sorted))
