"""Which wheels an installer installs in one process, to prove that their layers hold what it installs.

A start of pip or Poetry costs more than to install a small wheel, so one process for each would be too many; one for
all would install all again when one changes. So large wheels are alone, and which small ones go together depends on
their names and, in steps of two, on their number: a change of one installs its batch again, and no large wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

_BATCH = 12
"""A batch has as many small wheels, or up to about twice as many."""

_ALONE_FROM = 4 << 20
"""Bytes of a wheel that takes about as long to install as pip to start."""


def install_batches(sizes: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Sorted names in batches, none of them empty; those of large wheels come first, since they take longest.

    :param sizes: the name of a project → the size of its wheel in bytes.
    """
    small = [name for name in sorted(sizes) if sizes[name] < _ALONE_FROM]
    count = 1 << max(0, (len(small) // _BATCH).bit_length() - 1)
    batches: dict[int, list[str]] = {}
    for name in small:
        batches.setdefault(int.from_bytes(sha256(name.encode()).digest()[:8], "big") % count, []).append(name)
    alone = ((name,) for name in sorted(sizes) if sizes[name] >= _ALONE_FROM)
    return (*alone, *(tuple(batches[number]) for number in sorted(batches)))
