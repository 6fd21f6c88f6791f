"""This module says where a wheel lies in a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class Wheel(Message):
    """A wheel, which was checked against its hash when it was fetched or built.

    :param name: of the project, in its normal form (PEP 503).
    :param path: of the file, relative to the sandbox.
    """

    name: str
    version: str
    path: Path
