"""This module knows programs by their contents, whatever they are called.

A program of Rust names its crates in its messages. A program that PyInstaller made, as conda's standalone one is, names
the modules that it holds: https://pyinstaller.org/en/stable/advanced-topics.html#carchive
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import BinaryIO

from strata.audit.projects import ALL, Project, project_named
from strata.pieces import pieces

ELF = b"\x7fELF"

# Each release of uv that was tried, 0.1.0 to 0.13.9, has these.
_UV = (b"uv_installer", b"uv_resolver")
_PYINSTALLER = b"MEI\014\013\012\013\016"
# PyInstaller puts these into many a program, which does not install with them.
_LIBRARIES = frozenset({"setuptools", "wheel"})


def _modules(project: Project) -> tuple[tuple[bytes, ...], ...]:
    """Return the names of the modules that show a project: those of one of its packages, all of them."""
    return tuple(
        tuple(
            f"{package.directory}/{member}".replace("/__init__", "").replace("/", ".").encode()
            for member in package.members
        )
        for package in project.packages
    )


_FROZEN = {
    project.name: _modules(project) for project in ALL if project.entry_points and project.name not in _LIBRARIES
}
_OVERLAP = 1 << 8
# The cookie is the last thing in the program, but for a signature.
_TAIL = 1 << 16


def projects_in(program: BinaryIO) -> Iterator[Project]:
    """Yield the projects that a program shows by what stands in it.

    :param program: can be sought in.
    """
    names = {"uv"} if _holds(program, _UV) == set(_UV) else set()
    program.seek(max(0, program.seek(0, os.SEEK_END) - _TAIL))
    if _PYINSTALLER in program.read(_TAIL):
        found = _holds(program, [name for packages in _FROZEN.values() for each in packages for name in each])
        names |= {name for name, packages in _FROZEN.items() if any(found.issuperset(each) for each in packages)}
    for name in sorted(names):
        project = project_named(name)
        if project is not None:
            yield project


def _holds(program: BinaryIO, marks: Collection[bytes]) -> set[bytes]:
    """Return those of some marks that stand in a program."""
    program.seek(0)
    found: set[bytes] = set()
    before = b""
    for piece in pieces(program):
        window = before + piece
        found.update(mark for mark in marks if mark not in found and mark in window)
        before = window[-_OVERLAP:]
    return found
