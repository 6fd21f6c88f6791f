"""The verb `standalone-tree` unpacks a standalone CPython that runs from any directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Optional

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.package import Package


@dataclass(frozen=True)
class Result(message.Message):
    """The tree lies in `python/`, and there is nothing to say of it."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the tree.

    :param archive: of CPython, relative to the sandbox.
    :param packages: the Debian packages of the C library.
    :param platform: where the tree is to run, `linux/amd64`.
    :param version: of CPython, in full.
    :param compiler: the interpreter of the same version that compiles the library where the tree cannot run; None for
        the one in the tree.
    """

    verb: ClassVar[str] = "standalone-tree"

    archive: Path
    packages: tuple[Package, ...]
    platform: str
    version: str
    compiler: Optional[SandboxInterpreter] = None
