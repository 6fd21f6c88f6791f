"""This module asks for the part of the library that a verb needs (see library_slice.py of the plugin)."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.fs import Digest

from pants_strata import engine


@dataclass(frozen=True)
class LibrarySliceRequest:
    """The modules of the library that a verb needs (see library_process.py)."""

    verb: str


@dataclass(frozen=True)
class LibrarySlice:
    """The modules, and how long the remote cache may take to answer for a process that runs them, in milliseconds."""

    digest: Digest
    head_start_millis: int


get_library_slice = engine.asker(LibrarySlice, LibrarySliceRequest)
