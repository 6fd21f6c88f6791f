"""The verb `debug-layer` writes a shell and tools as a layer for debug images (strata.layers.debug)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.layer import Compression, LayerResult
from strata.protocol.package import Package


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param packages: Debian's `busybox-static`, and nothing else that has a program `busybox`.
    """

    verb: ClassVar[str] = "debug-layer"

    packages: tuple[Package, ...]
    compression: Compression
