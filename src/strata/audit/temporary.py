"""This module makes files for contents that an audit looks into."""

from __future__ import annotations

from functools import cache
from typing import Any, BinaryIO, cast

_IN_MEMORY = 1 << 20


def temporary() -> BinaryIO:
    """Return a new file, which stays in memory while it is small."""
    return cast(BinaryIO, _kind()(max_size=_IN_MEMORY))


@cache
def _kind() -> Any:
    # Few layers have an archive in an archive, and dozens of processes start that write a layer.
    import tempfile

    class Temporary(tempfile.SpooledTemporaryFile):  # type: ignore[type-arg]
        """Says of itself what CPython's class says from 3.11 on, and what readers of archives ask."""

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

    return Temporary
