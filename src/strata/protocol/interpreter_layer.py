"""The verb `interpreter-layer` writes the Debian packages of CPython as a layer (strata.layers.interpreter)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import Compression
from strata.protocol.package import Package
from strata.protocol.system_layer import SystemLayerResult


@dataclass(frozen=True)
class Result(SystemLayerResult):
    """The layer, the shared libraries in it, and what its packages say of themselves."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param packages: those that the base of the image does not have.
    :param version: of CPython, in full.
    :param interpreter: of the same version, compiles the standard library. Bytecode is the same for all platforms, so
        it may be an interpreter for another one.
    :param installer_hint: whether there is a `pip` that says how to get pip.
    """

    verb: ClassVar[str] = "interpreter-layer"

    packages: tuple[Package, ...]
    version: str
    interpreter: SandboxInterpreter
    installer_hint: bool
    compression: Compression
