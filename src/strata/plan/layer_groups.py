"""This module decides which wheels share a layer, so that an image keeps to its budget and images share layers.

A large wheel has a layer of its own, which is the same in every image that holds the wheel. The small wheels share a
few buckets, and the name of a wheel alone decides about its bucket. Versions and the order of a lock decide nothing,
and wheels are ranked by classes of sizes, so an update of one wheel leaves the layers of all others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

MOST_LAYERS = 123
"""The largest budget: runtimes take images of 127 layers, and base, interpreter, venv and app have one each."""

# Of the budget, a part for buckets that is small enough to leave most of it to large wheels.
_BUDGET_PER_BUCKET = 8


def layer_groups(
    sizes: Mapping[str, int], *, budget: int, threshold: int, together: Iterable[Collection[str]] = ()
) -> tuple[tuple[str, ...], ...]:
    """Return the names of the wheels of each layer, in the order of layers: large wheels come first.

    Where too many wheels want a layer of their own, the wheels of the largest classes have one (a class of sizes is a
    power of two), and the first by name within a class. So a wheel that is added to a lock moves at most one other.

    :param sizes: normalised name of a project → size of its wheel in bytes.
    :param budget: the number of layers, at least 1.
    :param threshold: in bytes; a wheel of that size or larger wants a layer of its own. A power of two, so that a wheel
        of the same class stays on its side of it.
    :param together: sets of names of wheels that have different files at one path. In separate layers the last one
        would win, so such wheels share a layer of their own. Sets that overlap count as one set, and names that `sizes`
        does not have are passed over.
    """
    buckets = max(1, budget // _BUDGET_PER_BUCKET)
    units = {unit: sum(sizes[name] for name in unit) for unit in _units(sizes, together)}
    ranked = sorted(units, key=lambda unit: (-units[unit].bit_length(), unit[0]))
    own = [unit for unit in ranked if len(unit) > 1 or units[unit] >= threshold][: budget - buckets]
    shared: dict[int, list[str]] = {}
    for unit in units.keys() - set(own):
        shared.setdefault(_bucket(unit[0], buckets), []).extend(unit)
    return (*own, *(tuple(sorted(shared[number])) for number in sorted(shared)))


def _units(sizes: Mapping[str, int], together: Iterable[Collection[str]]) -> set[tuple[str, ...]]:
    """Return the sorted names of each unit that no layer splits: of one wheel, or of overlapping sets of wheels."""
    units = {name: {name} for name in sizes}
    for names in together:
        united = {member for name in names if name in sizes for member in units[name]}
        units.update((name, united) for name in united)
    return {tuple(sorted(unit)) for unit in units.values()}


def _bucket(name: str, buckets: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % buckets
