"""This module reads the password of a private key: from a file, from an open descriptor, or from a person.

There is no way to give it as an argument or in an environment variable: other processes can see both, and they stay in
logs and histories.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.errors.signatures import keys as errors
from strata.sign.keys.public import read_file

_MOST_BYTES = 4096


@dataclass(frozen=True)
class PasswordSource:
    """Where a password comes from. Where neither is set, a person is asked at the terminal.

    :param descriptor: an open file descriptor.
    """

    file: Optional[Path] = None
    descriptor: Optional[int] = None

    def read(self, key: str) -> bytes:
        """Return the password of a key, without the line break at its end. Raise StrataError where there is none."""
        if self.file is not None:
            return _line(read_file(self.file, "a password"))
        if self.descriptor is not None:
            return _line(self._from_descriptor(self.descriptor))
        if not sys.stdin.isatty():
            raise errors.no_password(key)
        from getpass import getpass

        return getpass(f"Password of {key}: ").encode()

    def _from_descriptor(self, descriptor: int) -> bytes:
        content = b""
        try:
            while len(content) <= _MOST_BYTES:
                piece = os.read(descriptor, _MOST_BYTES)
                if not piece:
                    return content
                content += piece
        except OSError as error:
            raise errors.bad_descriptor(descriptor, error.strerror or "it cannot be read") from None
        raise errors.bad_descriptor(descriptor, f"it gives more than {_MOST_BYTES} bytes")


def _line(content: bytes) -> bytes:
    return content[:-2] if content.endswith(b"\r\n") else content[:-1] if content.endswith(b"\n") else content
