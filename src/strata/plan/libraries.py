"""This module decides which shared libraries an image lacks, by those that its parts have and need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

# A driver belongs to the machine that runs the image: its container runtime puts these libraries into a container.
_DRIVERS = re.compile(r"lib(?:cuda|cudadebugger|nvcuvid|nvidia-[a-z0-9-]+|nvoptix|amdhip64|ze_loader)\.so(?:\..*)?")


@dataclass(frozen=True)
class NativeWheel:
    """A wheel with programs or shared libraries.

    :param has: the names of the libraries in it.
    :param needs: the name of each library that it needs and does not have → a file in it that does.
    """

    title: str
    has: Collection[str]
    needs: Mapping[str, str]


@dataclass(frozen=True)
class MissingLibrary:
    """A library that a wheel needs: `file` is one in the wheel."""

    library: str
    wheel: str
    file: str


def missing_libraries(wheels: Iterable[NativeWheel], provided: Collection[str]) -> list[MissingLibrary]:
    """Return the libraries that neither `provided` nor any of the wheels has, by wheel.

    A library of another wheel counts as there: it may be loaded by that wheel before it is needed.
    """
    known = list(wheels)
    there = {*provided, *(name for wheel in known for name in wheel.has)}
    return [
        MissingLibrary(library, wheel.title, file)
        for wheel in sorted(known, key=lambda each: each.title)
        for library, file in sorted(wheel.needs.items())
        if library not in there and not _DRIVERS.fullmatch(library) and not _is_loader(library)
    ]


def _is_loader(library: str) -> bool:
    """Return whether a library is the loader itself, which programs find by its path."""
    return library.startswith("ld-linux") or library == "linux-vdso.so.1"
