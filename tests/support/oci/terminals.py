"""What an image that runs writes to the terminal that a test gave it."""

from __future__ import annotations

import os
import select

_SECONDS = 60


def read(terminal: int, until: bytes) -> bytes:
    """Return what comes out of a terminal up to a text, which may be empty for its end."""
    found = b""
    while not until or until not in found:
        assert select.select([terminal], [], [], _SECONDS)[0], found
        try:
            data = os.read(terminal, 1024)
        except OSError:
            # Linux says so at the end of a terminal that nobody has open.
            data = b""
        if not data:
            assert not until, found
            break
        found += data
    return found
