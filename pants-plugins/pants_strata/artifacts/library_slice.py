"""This module has the request and the result of the part of the library that a verb needs (see library_slice.py)."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.fs import Digest

from pants_strata.artifacts.interpreter import BuildInterpreter


@dataclass(frozen=True)
class LibrarySliceRequest:
    """The modules of the library that a verb needs (see library_process.py)."""

    verb: str


@dataclass(frozen=True)
class LibrarySlice:
    """The modules, and how long the remote cache may take to answer for a process that runs them, in milliseconds.

    :param digest: the program of a process, and the sources of the modules.
    :param scripts: modules that an interpreter also runs by themselves. A process that gets bytecode has them, too.
    """

    digest: Digest
    scripts: Digest
    head_start_millis: int


@dataclass(frozen=True)
class CompiledSliceRequest:
    """The same modules, as bytecode of an interpreter."""

    verb: str
    interpreter: BuildInterpreter


@dataclass(frozen=True)
class CompiledSlice:
    """The bytecode of the program of a process, and of its modules."""

    digest: Digest
    head_start_millis: int
