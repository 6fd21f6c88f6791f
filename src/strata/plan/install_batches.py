"""This module decides which wheels an installer installs in one process, for the proof of their layers.

To start pip or Poetry costs more than to install a small wheel, so a process for each wheel would be too many; a single
process would install all wheels again when one changes. So each large wheel has a process of its own, which every lock
with that wheel shares, and other wheels share batches. The name of a wheel decides about its batch; the number of
batches is a power of two that grows with the number of wheels. When a wheel changes, only its batch is installed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

_BATCH = 16
"""The least number of wheels in a batch, on average; the most is about twice as many."""

_ALONE_FROM = 24 << 20
"""The size in bytes of a wheel that takes as long to install as an installer takes to start, and somewhat more."""


def install_batches(sizes: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Return the batches, each the sorted names of its wheels. Large wheels come first, since they take longest.

    :param sizes: the name of a project → the size of its wheel in bytes.
    """
    small = [name for name in sorted(sizes) if sizes[name] < _ALONE_FROM]
    count = 1 << max(0, (len(small) // _BATCH).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in small:
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    alone = ((name,) for name in sorted(sizes) if sizes[name] >= _ALONE_FROM)
    return (*alone, *(tuple(batches[number]) for number in sorted(batches)))
