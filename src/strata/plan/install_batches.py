"""This module decides which wheels an installer installs in one process, for the proof of their layers.

To start pip or Poetry costs more than to install a small wheel, so a process for each wheel would be too many; a single
process would install all wheels again when one changes. So each large wheel has a process of its own, which every lock
with that wheel shares, and other wheels share batches: medium ones with medium ones, so that a change of a small wheel
installs small wheels again and nothing else. The name of a wheel decides about its batch; the number of batches is a
power of two that grows with the number of wheels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

_LARGE = 24 << 20
"""The size in bytes of a wheel that takes as long to install as an installer takes to start, and somewhat more."""

_MEDIUM = 4 << 20

_BATCH = 16
_MEDIUM_BATCH = 4
"""The least number of wheels in a batch, on average; the most is about twice as many."""


def install_batches(sizes: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Return the batches, each the sorted names of its wheels. Large wheels come first, since they take longest.

    :param sizes: the name of a project → the size of its wheel in bytes.
    """
    names = sorted(sizes)
    large = ((name,) for name in names if sizes[name] >= _LARGE)
    medium = [name for name in names if _MEDIUM <= sizes[name] < _LARGE]
    small = [name for name in names if sizes[name] < _MEDIUM]
    return (*large, *_by_name(medium, _MEDIUM_BATCH), *_by_name(small, _BATCH))


def _by_name(names: Sequence[str], least: int) -> Iterator[tuple[str, ...]]:
    """Yield the batches of sorted names. A name more or less changes one of them, unless their number changes."""
    count = 1 << max(0, (len(names) // least).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in names:
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    for number in sorted(batches):
        yield tuple(batches[number])
