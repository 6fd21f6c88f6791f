"""The verb `interpreter-tree` unpacks an interpreter that runs from any directory (strata.interpreters.tree)."""

from __future__ import annotations

from dataclasses import dataclass
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

    :param packages: the full closure of CPython, the C library included.
    :param platform: where the tree is to run, `linux/amd64`.
    :param version: of CPython, in full.
    :param compiler: the interpreter of the same version that compiles the library where the tree cannot run; None for
        the one in the tree.
    """

    verb: ClassVar[str] = "interpreter-tree"

    packages: tuple[Package, ...]
    platform: str
    version: str
    compiler: Optional[SandboxInterpreter] = None
