"""This module writes stand-ins for compilers: programs with the name of a compiler that note their start and fail.

The interpreter artifact has neither a compiler nor headers. Without the stand-ins a build would fail in words of its
own, or find a compiler of the machine, whose version would decide the bytes of the wheel.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strata.installers.launcher import write_launcher

_PREFIXES = ("", "x86_64-linux-gnu-", "aarch64-linux-gnu-")
_PROGRAMS = ("cc", "c++", "gcc", "g++", "gfortran", "ld")
_OTHERS = ("clang", "clang++", "cmake", "make", "meson", "ninja", "cargo", "go", "swig", "pkg-config")
_NOTES = "started"
_PROGRAM = """\
import sys
_, notes, name, *_ = sys.argv
with open(notes, "a") as file:
    file.write(name + "\\n")
print(name + ": there is no compiler", file=sys.stderr)
sys.exit(127)
"""


def write_stand_ins(folder: Path, python: Sequence[str]) -> None:
    """Write the stand-ins into a new folder, which is to be on the PATH of a build.

    :param python: the command that starts the interpreter, from any directory.
    """
    folder.mkdir()
    for name in (*(f"{prefix}{program}" for prefix in _PREFIXES for program in _PROGRAMS), *_OTHERS):
        write_launcher(folder / name, [*python, "-I", "-S", "-c", _PROGRAM, str(folder / _NOTES), name])


def started_compilers(folder: Path) -> Sequence[str]:
    """Return the names of the stand-ins that a build started, sorted."""
    notes = folder / _NOTES
    return sorted(set(notes.read_text().split())) if notes.exists() else []
