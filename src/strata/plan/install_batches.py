"""Which wheels an installer installs in one process, to prove that their layers hold what it installs.

A start of pip or Poetry costs more than to install a small wheel, so one process for each would be too many; one for
all would install all again when one changes. So large wheels are alone, and the batch of a small one depends on its
name and, in steps of two, on the length of the lock: a change of a wheel installs its batch again, and no large wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

_BATCH = 12
"""Wheels of the lock to a batch, about."""

_ALONE_FROM = 4 << 20
"""Bytes of a wheel that takes about as long to install as pip to start."""


def install_batches(sizes: Mapping[str, int], *, locked: int) -> tuple[tuple[str, ...], ...]:
    """Sorted names in batches, none of them empty; those of large wheels come first, since they take longest.

    :param sizes: the name of a project → the size of its wheel in bytes.
    :param locked: the number of wheels in the lock.
    """
    count = 1 << max(0, (locked // _BATCH).bit_length() - 1)
    alone: list[tuple[str, ...]] = []
    batches: dict[int, list[str]] = {}
    for name in sorted(sizes):
        if sizes[name] >= _ALONE_FROM:
            alone.append((name,))
        else:
            batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    return (*alone, *(tuple(batches[number]) for number in sorted(batches)))
