"""The verb `venv-layer` writes what makes a directory of an image a venv, as a layer (strata.layers.venv)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.layer import Compression, LayerResult


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer, and the names of the top-level modules of the interpreter's standard library, sorted."""

    standard_library: tuple[str, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param python: the feature version of CPython, 3.13.
    :param program: the path of CPython in the image, /usr/bin/python3.13.
    """

    verb: ClassVar[str] = "venv-layer"

    python: str
    program: str
    compression: Compression
