"""The verb `attest-packages` says what the parts of a layer say of themselves (strata.attest.packages)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.package import InstalledPackage
from strata.protocol.wheel import Bundled


@dataclass(frozen=True)
class Result(message.Message):
    """What the parts of a layer say of themselves.

    :param packages: the Debian packages that the layer lists, sorted by name.
    :param licenses: the names of their licences, sorted, by the name of the package. A package whose copyright file is
        free text, or is missing, has none.
    :param linked: the libraries that are linked into a standalone CPython, as the layer's own document lists them.
    """

    packages: tuple[InstalledPackage, ...]
    licenses: Mapping[str, tuple[str, ...]] = field(hash=False)
    linked: tuple[Bundled, ...] = ()


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The layer's blob, which is called by the digits of its digest."""

    verb: ClassVar[str] = "attest-packages"

    layer: Path
