"""This module computes what an interpreter on a platform accepts: values of markers (PEP 508), wheel tags (PEP 425).

It starts no interpreter, so that a plan for linux/arm64 can be made on a machine of another kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging import tags

from strata.oci.platform import Platform
from strata.protocol.interpreter import feature_version

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""OCI architecture → the output of `uname -m`."""

_OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}
"""Machine → the minor version of glibc 2 from which manylinux wheels exist (PEP 600, PEP 599)."""

_LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
"""Minor version of glibc 2 → the name that a wheel could have before PEP 600."""


def machine(platform: Platform) -> str:
    """Return the machine of a platform as `uname` and the tags of wheels call it: x86_64."""
    return _MACHINES[platform.architecture]


def marker_environment(python: str, platform: Platform) -> Mapping[str, str]:
    """Return the values of all markers (PEP 508).

    `platform_release` and `platform_version` describe the kernel that an image will run on, which is unknown: they are
    empty.

    :param python: the full version of CPython, 3.13.5.
    """
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": machine(platform),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": feature_version(python),
        "sys_platform": "linux",
        "extra": "",
    }


def wheel_tags(python: str, glibc: tuple[int, int], platform: Platform) -> tuple[str, ...]:
    """Return the tags of the wheels that can be installed, best first.

    `cp313-cp313-manylinux_2_41_x86_64` is the first, say, and `py3-none-any` is among the last.

    :param python: the full version of CPython, 3.13.5.
    :param glibc: the version of the C library, (2, 41).
    """
    version = tuple(int(part) for part in feature_version(python).split("."))
    platforms = list(_platform_tags(glibc, machine(platform)))
    found = [
        *tags.cpython_tags(version, abis=[f"cp{version[0]}{version[1]}"], platforms=platforms),
        *tags.compatible_tags(version, interpreter=f"cp{version[0]}{version[1]}", platforms=platforms),
    ]
    return tuple(dict.fromkeys(str(tag) for tag in found))


def _platform_tags(glibc: tuple[int, int], machine_name: str) -> Iterator[str]:
    major, newest = glibc
    for minor in range(newest, _OLDEST_GLIBC[machine_name] - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine_name}"
        if minor in _LEGACY:
            yield f"{_LEGACY[minor]}_{machine_name}"
    yield f"linux_{machine_name}"
