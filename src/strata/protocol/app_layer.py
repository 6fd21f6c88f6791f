"""The verb `app-layer` writes first-party sources and resources as the layer of an app (strata.layers.app)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import Compression, LayerResult


@dataclass(frozen=True)
class Import(message.Message):
    """A module that first-party code imports and does not hold itself.

    :param module: as in `import a.b`; `a.b.name` for `from a.b import name`, where it may be a module or not.
    :param file: where it is imported first, relative to the root of the sources.
    :param line: in that file, from 1.
    :param certain: whether importing the file imports it: it stands in no function, condition or loop.
    """

    module: str
    file: str
    line: int
    certain: bool


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer, and the imports that something else has to provide, sorted by module (strata.interpreters.imports)."""

    imports: tuple[Import, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param root: the directory of the files, with source roots stripped, relative to the sandbox.
    :param interpreter: compiles the modules, where `bytecode` asks for that.
    """

    verb: ClassVar[str] = "app-layer"

    root: Path
    interpreter: SandboxInterpreter
    bytecode: bool
    compression: Compression
