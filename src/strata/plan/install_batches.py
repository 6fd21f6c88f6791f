"""Which wheels an installer installs in one process, to prove that their layers hold what it installs.

A start of pip or Poetry costs more than most wheels, so one process for each would be too many; one for all would
install all again when one changes. The batch of a wheel depends on its name and, in steps of two, on the size of the
lock: a change of one wheel runs one batch again.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

_BATCH = 12
"""Wheels of the lock to a batch, about."""


def install_batches(names: Iterable[str], *, locked: int) -> tuple[tuple[str, ...], ...]:
    """Sorted names in batches, none of them empty. :param locked: the number of wheels in the lock."""
    count = 1 << max(0, (locked // _BATCH).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in sorted(names):
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    return tuple(tuple(batches[number]) for number in sorted(batches))
