"""This module reads the versions of CPython and glibc, by which wheels are chosen, from a lock of Debian packages."""

from __future__ import annotations

import re

from strata.debian.lock import LockedPackage, find_package
from strata.errors.debian import lock_lacks_package, version_is_unreadable
from strata.errors.targets import lock_of_another_python
from strata.protocol.interpreter import feature_version

LIBC = "libc6"
"""Debian's package of glibc."""

_INTERPRETER = re.compile(r"python\d+\.\d+-minimal")
# [epoch:]upstream-revision, of which the upstream version starts with numbers:
# https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
_THREE_NUMBERS = re.compile(r"(?:\d+:)?(\d+\.\d+\.\d+(?:~?(?:a|b|rc)\d+)?)(?=[-+~]|$)")
_TWO_NUMBERS = re.compile(r"(?:\d+:)?(\d+)\.(\d+)")


def python_version(packages: tuple[LockedPackage, ...]) -> str:
    """Return CPython's full version, 3.13.5. Raise StrataError if the packages have no interpreter."""
    for package in packages:
        if _INTERPRETER.fullmatch(package.name):
            match = _THREE_NUMBERS.match(package.version)
            if match is None:
                raise version_is_unreadable(package.name, package.version, "three numbers such as 3.13.5")
            return match[1].replace("~", "")
    raise lock_lacks_package("python3.x-minimal", "holds the interpreter")


def wanted_python_version(packages: tuple[LockedPackage, ...], wanted: str) -> str:
    """Return CPython's full version. Raise StrataError unless it is `wanted`, 3.13.5, or one of `wanted`, 3.13."""
    version = python_version(packages)
    if not is_of(version, wanted):
        raise lock_of_another_python(version, wanted)
    return version


def is_of(version: str, wanted: str) -> bool:
    """Return whether a full version is the wanted one, 3.13.5, or belongs to the wanted feature version, 3.13."""
    return wanted in (version, feature_version(version))


def glibc_version(packages: tuple[LockedPackage, ...]) -> tuple[int, int]:
    """Return glibc's major and minor version, (2, 41), which limits the manylinux wheels that run (PEP 600).

    Raise StrataError if the packages have no C library.
    """
    libc = find_package(packages, LIBC, "holds the C library")
    match = _TWO_NUMBERS.match(libc.version)
    if match is None:
        raise version_is_unreadable(libc.name, libc.version, "two numbers such as 2.41")
    return int(match[1]), int(match[2])
