from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest

from strata.bases.findings import Findings
from strata.bases.packages import missing_packages
from strata.debian.lock import LockedPackage
from strata.errors import StrataError

DIRECTORY = "usr/lib/x86_64-linux-gnu"
NEEDED = {"libc6": "2.41-12", "libssl3t64": "3.5.1-1", "python3.13": "3.13.5-2", "zlib1g": "1:1.3.1-1"}


def base(packages: Optional[Mapping[str, str]] = None, c_libraries: Optional[Mapping[str, str]] = None) -> Findings:
    return Findings((), packages or {}, c_libraries or {}, {})


def missing(found: Findings) -> list[str]:
    packages = [
        LockedPackage(name, version, "amd64", f"pool/{name}.deb", 1, "a" * 64, "debian")
        for name, version in NEEDED.items()
    ]
    needed = missing_packages(packages, found, image="registry.example/base:1", directory=DIRECTORY, glibc=(2, 41))
    return [package.name for package in needed]


def refused(found: Findings) -> str:
    with pytest.raises(StrataError) as caught:
        missing(found)
    return str(caught.value)


def test_what_the_base_has_is_left_out() -> None:
    assert missing(base({**NEEDED, "bash": "5"})) == []


def test_older_packages_are_replaced_and_newer_ones_stay() -> None:
    found = base({"libc6": "2.42-1", "libssl3t64": "3.0.1-1", "zlib1g": "1:1.3.2-1"})
    assert missing(found) == ["libssl3t64", "python3.13"]


@pytest.mark.parametrize("path", [f"{DIRECTORY}/libc.so.6", "lib/x86_64-linux-gnu/libc.so.6"])
def test_base_without_a_list_of_packages(path: str) -> None:
    assert missing(base(c_libraries={path: "2.41"})) == ["libssl3t64", "python3.13", "zlib1g"]


def test_c_library_is_too_old() -> None:
    expected = (
        "CPython cannot run on the base registry.example/base:1: its C library is older than the one that CPython was "
        "built for.\n"
        "Found:\n"
        "  the base has glibc 2.36\n"
        "  the lock of the `python_interpreter` has glibc 2.41\n"
        "Fix: name a newer base, lock the interpreter from an older Debian release, or use the base's own Python with "
        '`interpreter="base"`.'
    )
    assert refused(base({"libc6": "2.36-9+deb12u10"})) == expected
    assert refused(base(c_libraries={f"{DIRECTORY}/libc.so.6": "2.36"})) == expected


@pytest.mark.parametrize(
    "c_libraries, found",
    [
        ({"lib/ld-musl-x86_64.so.1": "musl"}, "the base has /lib/ld-musl-x86_64.so.1, musl"),
        ({"usr/lib64/libc.so.6": "2.41"}, "the base has /usr/lib64/libc.so.6, glibc 2.41"),
        ({}, "the base has no C library"),
    ],
)
def test_no_c_library_of_debian(c_libraries: Mapping[str, str], found: str) -> None:
    assert refused(base(c_libraries=c_libraries)) == (
        "CPython cannot run on the base registry.example/base:1: there is no GNU C library in "
        "/usr/lib/x86_64-linux-gnu.\n"
        "Found:\n"
        f"  {found}\n"
        "Fix: name a base that is made from Debian or Ubuntu, or use the base's own Python with "
        '`interpreter="base"`.'
    )
