"""This module says where a wheel lies in a sandbox, and what a wheel says of itself for bills of materials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class License(Message):
    """Under which terms a wheel says that it is.

    :param expression: an SPDX expression (PEP 639), `MIT OR Apache-2.0`; empty where the wheel has none.
    :param names: what it says instead, in words of its own: its classifiers, or one short line.
    """

    expression: str = ""
    names: tuple[str, ...] = ()


UNKNOWN_LICENSE = License()
"""What is known of a wheel that says nothing, and of a source distribution."""


@dataclass(frozen=True)
class Bundled(Message):
    """A component that a wheel says it has in it (PEP 770): a library that was linked or copied into it.

    :param version: empty where the wheel does not say it; so is `purl`, a package URL.
    """

    name: str
    version: str
    purl: str


@dataclass(frozen=True)
class Wheel(Message):
    """A wheel, which was checked against its hash when it was fetched or built.

    :param name: of the project, in its normal form (PEP 503).
    :param path: of the file, relative to the sandbox.
    """

    name: str
    version: str
    path: Path
