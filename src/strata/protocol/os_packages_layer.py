"""The verb `os-packages-layer` writes Debian packages as a layer (strata.layers.os_packages)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.layer import Compression
from strata.protocol.package import Package
from strata.protocol.system_layer import SystemLayerResult


@dataclass(frozen=True)
class Result(SystemLayerResult):
    """The layer, the shared libraries in it, and what its packages say of themselves."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer."""

    verb: ClassVar[str] = "os-packages-layer"

    packages: tuple[Package, ...]
    compression: Compression
