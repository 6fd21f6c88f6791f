"""This module has the request and the result of the part of the library that a verb needs (see library_slice.py)."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.fs import Digest


@dataclass(frozen=True)
class LibrarySliceRequest:
    """The modules of the library that a verb needs (see library_process.py)."""

    verb: str


@dataclass(frozen=True)
class LibrarySlice:
    """The modules, and how long the remote cache may take to answer for a process that runs them, in milliseconds."""

    digest: Digest
    head_start_millis: int
