"""This module says where a Debian package lies in a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class Package(Message):
    """A Debian package, which was checked against its hash when it was fetched.

    :param file: the `.deb` file, relative to the sandbox.
    """

    name: str
    version: str
    file: Path
