"""Components of Debian packages: the names that scanners know, and relations."""

from __future__ import annotations

import pytest

from strata.attest.debian_components import DebianPackage, debian_components
from strata.protocol.package import InstalledPackage

LAYER = f"sha256:{'01' * 32}"


def debian(name: str, depends: str = "", provides: str = "") -> DebianPackage:
    return DebianPackage(InstalledPackage(name, "1", "amd64", name, "1", depends, provides), "debian-13", LAYER)


@pytest.mark.parametrize(
    "package, distro, purl",
    [
        (
            InstalledPackage("libc6", "2.41-12", "amd64", "glibc", "2.41-12"),
            "debian-13",
            "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13&upstream=glibc",
        ),
        (
            InstalledPackage("libgcc-s1", "15:14-1+b2", "arm64", "gcc-14", "14-1"),
            "debian-12",
            "pkg:deb/debian/libgcc-s1@15%3A14-1%2Bb2?arch=arm64&distro=debian-12&upstream=gcc-14%4014-1",
        ),
        (InstalledPackage("tzdata", "1", "all", "tzdata", "1"), "", "pkg:deb/debian/tzdata@1?arch=all"),
        (InstalledPackage("openssl", "3"), "ubuntu-24.04", "pkg:deb/ubuntu/openssl@3?distro=ubuntu-24.04"),
    ],
)
def test_package_urls(package: InstalledPackage, distro: str, purl: str) -> None:
    assert DebianPackage(package, distro).purl == purl


def test_relations() -> None:
    found = debian_components(
        [
            debian("python3", "libc6 (>= 2.38), libssl3:any | absent, mime-support | media-types, python3, gone"),
            debian("libc6", "libgcc-s1"),
            debian("libgcc-s1", "libc6 (>= 2.35)"),
            debian("libssl3t64", provides="libssl3 (= 1), other"),
            debian("media-types"),
        ]
    )
    names = {each.ref: each.name for each in found}
    assert {each.name: [names[ref] for ref in each.requires] for each in found} == {
        "python3": ["libc6", "libssl3t64", "media-types"],
        "libc6": ["libgcc-s1"],
        "libgcc-s1": ["libc6"],
        "libssl3t64": [],
        "media-types": [],
    }
    assert found[0].ref == f"pkg:deb/debian/python3@1?arch=amd64&distro=debian-13#{'01' * 6}"
