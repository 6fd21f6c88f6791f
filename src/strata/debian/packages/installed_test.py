from __future__ import annotations

from strata.debian.packages.installed import PACKAGE_LISTS, installed_packages
from strata.protocol.package import InstalledPackage

STATUS = b"""\
Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.41-12+b2
Pre-Depends: libcrypt1 (>= 1:4.4)
Depends: libgcc-s1,
 tzdata | tzdata-legacy
Provides: libc6-x (= 1)
Description: GNU C Library
 Version: not a field
 .
 Package: none

Package: libgcc-s1
Status: install ok installed
Source: gcc-14 (14.2.0-19)
Version: 15:14.2.0-19

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: half
Status: install ok half-installed
Version: 1.0

Package: odd
Status: install ok installed
Version: 1 2
"""


def test_installed_packages() -> None:
    assert list(installed_packages(STATUS)) == [
        InstalledPackage(
            *("libc6", "2.41-12+b2", "amd64", "glibc", "2.41-12"),
            "libcrypt1 (>= 1:4.4), libgcc-s1, tzdata | tzdata-legacy",
            "libc6-x (= 1)",
        ),
        InstalledPackage("libgcc-s1", "15:14.2.0-19", "", "gcc-14", "14.2.0-19"),
    ]


def test_list_of_one_package_without_dpkg() -> None:
    assert list(installed_packages(b"Package: tzdata\nVersion: 2025b-0\nArchitecture: all\n")) == [
        InstalledPackage("tzdata", "2025b-0", "all", "tzdata", "2025b-0")
    ]


def test_text_that_is_no_list() -> None:
    assert list(installed_packages(b"\0\xff garbage\n\n\n: :\n")) == []


def test_paths_of_lists() -> None:
    names = ("libc6", "libc6.md5sums", "a/b")
    assert [bool(PACKAGE_LISTS.fullmatch(f"var/lib/dpkg/status.d/{name}")) for name in names] == [True, False, False]
