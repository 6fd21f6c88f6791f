"""This module compares the tags in the names of wheels with the C library of an image (PEP 425, PEP 600, PEP 656)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Optional

from packaging.tags import Tag, parse_tag

_LEGACY = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
"""The name that a wheel could have before PEP 600 → the same in the form of PEP 600."""

_PLATFORM = re.compile(r"(?P<library>many|musl)linux_(?P<major>\d+)_(?P<minor>\d+)_(?P<machine>\w+)")


@dataclass(frozen=True)
class CLibrary:
    """The C library that the wheels of an image are loaded with.

    :param owner: the artifact that holds it, in words: `the base 3rdparty/debian:base`.
    :param glibc: its major and minor version, (2, 41).
    """

    owner: str
    glibc: tuple[int, int]


@dataclass(frozen=True)
class Misfit:
    """A wheel that fits an interpreter and a processor, and asks for a C library that is not there.

    :param tag: the tag of its platform that asks for least, `manylinux_2_45_x86_64`.
    :param glibc: the oldest version of glibc that it runs with; None for a wheel that needs musl.
    """

    file: str
    tag: str
    glibc: Optional[tuple[int, int]]


def tags_of(file: str) -> frozenset[Tag]:
    """Return the tags in the name of a wheel; none for any other name."""
    if not file.endswith(".whl"):
        return frozenset()
    try:
        return parse_tag("-".join(file[: -len(".whl")].split("-")[-3:]))
    except ValueError:
        return frozenset()


def fits_but_for_c_library(file: str, tags: Collection[str]) -> bool:
    """Return whether a wheel could be installed on some Linux with this interpreter and processor.

    :param tags: those that can be installed (strata.locks.environment.wheel_tags).
    """
    return any(str(tag) in tags or _of_any_c_library(tag) in tags for tag in tags_of(file))


def misfits(files: Iterable[str], tags: Collection[str]) -> tuple[Misfit, ...]:
    """Return the wheels that only their C library keeps from being installed, the least demanding first.

    Return none where one of the wheels can be installed, or where none could be with any C library.

    :param files: the names of all files of a release.
    :param tags: those that can be installed.
    """
    wheels = {file: tags_of(file) for file in files}
    if any(str(tag) in tags for found in wheels.values() for tag in found):
        return ()
    refused = []
    for file, found in wheels.items():
        possible = [_misfit(file, tag) for tag in found if _of_any_c_library(tag) in tags]
        refused += sorted(possible, key=_demand)[:1]
    return tuple(sorted(refused, key=_demand))


def _of_any_c_library(tag: Tag) -> str:
    """Return the same tag without its C library, `cp313-cp313-linux_x86_64`; empty for one that names none."""
    match = _platform(tag)
    return f"{tag.interpreter}-{tag.abi}-linux_{match['machine']}" if match else ""


def _platform(tag: Tag) -> Optional[re.Match[str]]:
    name, _, machine = tag.platform.partition("_")
    return _PLATFORM.fullmatch(f"{_LEGACY[name]}_{machine}" if name in _LEGACY else tag.platform)


def _misfit(file: str, tag: Tag) -> Misfit:
    match = _platform(tag)
    assert match is not None
    glibc = (int(match["major"]), int(match["minor"])) if match["library"] == "many" else None
    return Misfit(file, tag.platform, glibc)


def _demand(misfit: Misfit) -> tuple[bool, tuple[int, int], str, str]:
    return misfit.glibc is None, misfit.glibc or (0, 0), misfit.tag, misfit.file
