"""What a lock of Debian packages says about versions that wheels are chosen by: CPython's and glibc's."""

from __future__ import annotations

import re

from strata.debian.lock import LockedPackage, find_package
from strata.errors.debian import lock_lacks_package, version_is_unreadable
from strata.errors.targets import lock_of_another_python
from strata.protocol.interpreter import feature_version

_INTERPRETER = re.compile(r"python\d+\.\d+-minimal")
# [epoch:]upstream-revision, of which the upstream version starts with numbers:
# https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
_THREE_NUMBERS = re.compile(r"(?:\d+:)?(\d+\.\d+\.\d+(?:~?(?:a|b|rc)\d+)?)(?=[-+~]|$)")
_TWO_NUMBERS = re.compile(r"(?:\d+:)?(\d+)\.(\d+)")


def python_version(packages: tuple[LockedPackage, ...]) -> str:
    """CPython's full version, e.g. 3.13.5. Raises StrataError where the packages have no interpreter."""
    for package in packages:
        if _INTERPRETER.fullmatch(package.name):
            match = _THREE_NUMBERS.match(package.version)
            if match is None:
                raise version_is_unreadable(package.name, package.version, "three numbers such as 3.13.5")
            return match[1].replace("~", "")
    raise lock_lacks_package("python3.x-minimal", "holds the interpreter")


def wanted_python_version(packages: tuple[LockedPackage, ...], wanted: str) -> str:
    """CPython's full version, which must be one of `wanted`, as 3.13. Raises StrataError for another."""
    version = python_version(packages)
    if feature_version(version) != wanted:
        raise lock_of_another_python(version, wanted)
    return version


def glibc_version(packages: tuple[LockedPackage, ...]) -> tuple[int, int]:
    """glibc's major and minor version, e.g. (2, 41): the newest manylinux wheels that run (PEP 600)."""
    libc = find_package(packages, "libc6", "holds the C library")
    match = _TWO_NUMBERS.match(libc.version)
    if match is None:
        raise version_is_unreadable(libc.name, libc.version, "two numbers such as 2.41")
    return int(match[1]), int(match[2])
