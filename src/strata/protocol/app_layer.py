"""The verb `app-layer` writes first-party sources and resources as the layer of an app (strata.layers.app)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import Compression, LayerResult


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """What the layer is made of.

    :param root: the directory of the files, with source roots stripped, relative to the sandbox.
    :param interpreter: compiles the modules, where `bytecode` asks for that.
    """

    verb: ClassVar[str] = "app-layer"

    root: Path
    interpreter: SandboxInterpreter
    bytecode: bool
    compression: Compression
