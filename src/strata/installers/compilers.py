"""Compilers that are not there: programs by their names that say so, and note that they were asked for.

The interpreter artifact has neither a compiler nor headers. Without these stand-ins a build would fail in words of its
own, or find a compiler of the machine, whose version would be in the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_PREFIXES = ("", "x86_64-linux-gnu-", "aarch64-linux-gnu-")
_PROGRAMS = ("cc", "c++", "gcc", "g++", "gfortran", "ld")
_OTHERS = ("clang", "clang++", "cmake", "make", "meson", "ninja", "cargo", "go", "swig", "pkg-config")
_NOTES = "asked-for"


def write_stand_ins(folder: Path) -> None:
    folder.mkdir()
    for name in (*(f"{prefix}{program}" for prefix in _PREFIXES for program in _PROGRAMS), *_OTHERS):
        path = folder / name
        path.write_text(
            f'#!/bin/sh\necho {name} >> "{folder / _NOTES}"\necho "{name}: there is no compiler" >&2\nexit 127\n'
        )
        path.chmod(0o755)


def asked_for(folder: Path) -> Iterable[str]:
    """The names of those that were started, sorted."""
    notes = folder / _NOTES
    return sorted(set(notes.read_text().split())) if notes.exists() else []
