"""This module decides which wheels an installer installs in one process, for the proof of their layers.

To start pip or Poetry costs more than to install a small wheel, so a process for each wheel would be too many; a single
process would install all wheels again when one changes, and again for each image that needs others. So:

- Each large wheel has a process of its own, which every lock with that wheel shares.
- Of an image, small wheels go together that one requirement brings: all images with the requirement share the process,
  however many there are. Medium wheels, which many requirements bring, are alone.
- Of a whole lock, small and medium wheels have batches each: a change of a small wheel installs small wheels again and
  nothing else. The name of a wheel decides about its batch; the number of batches is a power of two that grows with
  the number of wheels.
- Batches for an installer that starts at once, as uv does, are smaller.

Many small files take as long as a large one: tzdata has 350 kB in 630 files, and takes as long as 14 MB in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Optional

_FILE = 20 << 10
"""The cost of a file: so many bytes of a wheel are installed and compared in the time that one more file takes."""

_LARGE = 64 << 20
"""The cost of a wheel that takes several times as long to install as an installer takes to start."""

_MEDIUM = 4 << 20

_BATCH = 12
_QUICK_BATCH = 6
_MEDIUM_BATCH = 4
"""The least number of wheels in a batch, on average; the most is about twice as many."""

Batches = tuple[tuple[str, ...], ...]
"""The names of the wheels of each batch, sorted. Large wheels come first, since they take longest."""


def install_cost(size: int, file_count: int) -> int:
    """Return what it costs to install a wheel of some bytes and files, and to compare them, in bytes."""
    return size + _FILE * file_count


def install_batches(
    costs: Mapping[str, int], brought: Optional[Collection[frozenset[str]]] = None, *, quick: bool = False
) -> Batches:
    """Return the batches. Of an image, a wheel can be in several, and each is in one.

    :param costs: the name of a project → what its wheel costs (install_cost).
    :param brought: the names that each requirement of an image brings, its own included; None for all of a lock.
    :param quick: whether the installer starts at once.
    """
    least = _QUICK_BATCH if quick else _BATCH
    if brought is None:
        return _of_lock(costs, least)
    alone = [name for name in costs if costs[name] >= _MEDIUM]
    small = {frozenset(name for name in names if costs[name] < _MEDIUM) for names in brought}
    largest = [names for names in small if names and not any(names < others for others in small)]
    rest = costs.keys() - {name for names in brought for name in names} - {*alone}
    together = [batch for names in (*largest, rest) for batch in _by_name(sorted(names), least)]
    return (*((name,) for name in sorted(alone, key=lambda name: (-costs[name], name))), *sorted(together))


def _of_lock(costs: Mapping[str, int], least: int) -> Batches:
    names = sorted(costs)
    large = ((name,) for name in names if costs[name] >= _LARGE)
    medium = [name for name in names if _MEDIUM <= costs[name] < _LARGE]
    small = [name for name in names if costs[name] < _MEDIUM]
    return (*large, *_by_name(medium, _MEDIUM_BATCH), *_by_name(small, least))


def _by_name(names: Sequence[str], least: int) -> Iterator[tuple[str, ...]]:
    """Yield the batches of sorted names. A name more or less changes one of them, unless their number changes."""
    count = 1 << max(0, (len(names) // least).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in names:
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    for number in sorted(batches):
        yield tuple(batches[number])
