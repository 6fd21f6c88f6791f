"""This module makes files for contents that an audit looks into."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast

_IN_MEMORY = 1 << 20


class _Temporary(tempfile.SpooledTemporaryFile):  # type: ignore[type-arg]
    """Says of itself what CPython's class says from 3.11 on, and what readers of archives ask."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def temporary() -> BinaryIO:
    """Return a new file, which stays in memory while it is small."""
    return cast(BinaryIO, _Temporary(max_size=_IN_MEMORY))
