"""This module decides which wheels an installer installs in one process, for the proof of their layers.

To start pip or Poetry costs more than to install a small wheel, so a process for each wheel would be too many; a single
process would install all wheels again when one changes, and again for each image that needs others. So:

- Each large wheel has a process of its own, which every lock with that wheel shares.
- Of an image, small wheels go together that one requirement brings: all images with the requirement share the process,
  however many there are. Medium wheels, which many requirements bring, are alone.
- Of a whole lock, small and medium wheels have batches each: a change of a small wheel installs small wheels again and
  nothing else. The name of a wheel decides about its batch; the number of batches is a power of two that grows with
  the number of wheels.
- Batches for an installer that starts at once, as uv does, are half as large.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Optional

_LARGE = 24 << 20
"""The size in bytes of a wheel that takes as long to install as an installer takes to start, and somewhat more."""

_MEDIUM = 4 << 20

_BATCH = 16
_QUICK_BATCH = 8
_MEDIUM_BATCH = 4
"""The least number of wheels in a batch, on average; the most is about twice as many."""

Batches = tuple[tuple[str, ...], ...]
"""The names of the wheels of each batch, sorted. Large wheels come first, since they take longest."""


def install_batches(
    sizes: Mapping[str, int], brought: Optional[Collection[frozenset[str]]] = None, *, quick: bool = False
) -> Batches:
    """Return the batches. Of an image, a wheel can be in several, and each is in one.

    :param sizes: the name of a project → the size of its wheel in bytes.
    :param brought: the names that each requirement of an image brings, its own included; None for all of a lock.
    :param quick: whether the installer starts at once.
    """
    least = _QUICK_BATCH if quick else _BATCH
    if brought is None:
        return _of_lock(sizes, least)
    alone = [name for name in sizes if sizes[name] >= _MEDIUM]
    small = {frozenset(name for name in names if sizes[name] < _MEDIUM) for names in brought}
    largest = [names for names in small if names and not any(names < others for others in small)]
    rest = sizes.keys() - {name for names in brought for name in names} - {*alone}
    together = [batch for names in (*largest, rest) for batch in _by_name(sorted(names), least)]
    return (*((name,) for name in sorted(alone, key=lambda name: (-sizes[name], name))), *sorted(together))


def _of_lock(sizes: Mapping[str, int], least: int) -> Batches:
    names = sorted(sizes)
    large = ((name,) for name in names if sizes[name] >= _LARGE)
    medium = [name for name in names if _MEDIUM <= sizes[name] < _LARGE]
    small = [name for name in names if sizes[name] < _MEDIUM]
    return (*large, *_by_name(medium, _MEDIUM_BATCH), *_by_name(small, least))


def _by_name(names: Sequence[str], least: int) -> Iterator[tuple[str, ...]]:
    """Yield the batches of sorted names. A name more or less changes one of them, unless their number changes."""
    count = 1 << max(0, (len(names) // least).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in names:
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    for number in sorted(batches):
        yield tuple(batches[number])
