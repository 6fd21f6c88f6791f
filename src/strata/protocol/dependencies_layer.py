"""The verb `dependencies-layer` writes wheels as a layer, as they are installed (strata.layers.dependencies)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import Compression, LayerResult
from strata.protocol.wheel import Wheel

Bytecode = Literal["all", "without tests", "none"]
"""Which modules get bytecode. `without tests`: all but those in a directory `tests` of a wheel."""


@dataclass(frozen=True)
class Libraries(message.Message):
    """The shared libraries of a wheel for one platform, by the names that the loader knows.

    :param has: those in the wheel, sorted.
    :param needs: the name of a library that it has not → the first file in the wheel that needs it.
    """

    has: tuple[str, ...]
    needs: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Distribution(message.Message):
    """The parts of one installed wheel.

    :param modules: the importable modules: `click`, `click.core` …, sorted.
    :param scripts: the names of the commands in bin, sorted.
    :param files: path from the root of the venv → a text that is the same for equal contents.
    :param starts: the paths, from the root of an image, of files with code that runs at each start of Python.
    :param libraries: of a wheel with machine code, for each platform (`linux/amd64`) that it has any for.
    """

    modules: tuple[str, ...]
    scripts: tuple[str, ...]
    files: Mapping[str, str] = field(hash=False)
    starts: tuple[str, ...] = ()
    libraries: Mapping[str, Libraries] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer, and the distribution of each wheel by the name of its project."""

    distributions: Mapping[str, Distribution] = field(hash=False)


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param interpreter: compiles the modules that `bytecode` names.
    """

    verb: ClassVar[str] = "dependencies-layer"

    interpreter: SandboxInterpreter
    wheels: tuple[Wheel, ...]
    bytecode: Bytecode
    compression: Compression
