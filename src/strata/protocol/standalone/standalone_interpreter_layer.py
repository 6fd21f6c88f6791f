"""The verb `standalone-interpreter-layer` writes a standalone CPython as a layer (strata.layers)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import Compression
from strata.protocol.system_layer import SystemLayerResult


@dataclass(frozen=True)
class Result(SystemLayerResult):
    """The layer, the shared libraries in it, and those that are linked into CPython."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param archive: of CPython, relative to the sandbox.
    :param platform: of the archive, `linux/amd64`.
    :param version: of CPython, in full.
    :param release: the tag of the release of standalone builds.
    :param ensurepip: whether the layer has ensurepip.
    :param interpreter: of the same version and release, compiles the standard library. Bytecode is the same for all
        platforms, so it may be an interpreter for another one.
    :param installer_hint: whether there is a `pip` that says how to get pip.
    :param certificates: whether there is a link to the bundle of certificates that bases of Debian packages have.
    """

    verb: ClassVar[str] = "standalone-interpreter-layer"

    archive: Path
    platform: str
    version: str
    release: str
    ensurepip: bool
    interpreter: SandboxInterpreter
    installer_hint: bool
    certificates: bool
    compression: Compression
