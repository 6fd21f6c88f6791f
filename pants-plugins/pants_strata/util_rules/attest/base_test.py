"""What bills of materials say of an `oci_base`, by what its lock says of it."""

from __future__ import annotations

from dataclasses import replace

from pants_strata.artifacts.oci_base import OciBase
from pants_strata.util_rules.attest.base import components_of_base, packages_of_image
from strata.attest.components import Contents
from strata.attest.debian_components import debian_components
from strata.bases.findings import Findings
from strata.oci.platform import Platform
from strata.protocol.bases import fetch_base

MANIFEST = f"sha256:{'b' * 64}"
FINDINGS = Findings(
    *((), {"libc6": "2.41-12+b1", "python3.13-minimal": "3.13.5-2", "tzdata": "2026a"}, {}),
    pythons={"usr/bin/python3.13": "3.13.5", "usr/local/bin/python3.12": "3.12.9"},
    system="debian-13",
    details={"libc6": {"source": "glibc 2.41-12"}, "tzdata": {"architecture": "all"}},
    distributions={"click": ("8.1", "8.2")},
)


def base(findings: Findings) -> OciBase:
    image = fetch_base.Result(MANIFEST, MANIFEST, (), fetch_base.BaseRuntime())
    return OciBase("registry.example/team/base:1", "registry.example/team/base", image, findings, False)


def purls(findings: Findings) -> list[str]:
    components = [
        *components_of_base(base(findings)),
        *debian_components(list(packages_of_image(base(findings), Platform("linux", "arm64")))),
    ]
    return [each.purl for each in Contents.of("a:b", MANIFEST, "linux/arm64", components).components]


def note(findings: Findings) -> str:
    return next(components_of_base(base(findings))).note


def test_what_the_lock_says() -> None:
    assert purls(FINDINGS) == [
        "pkg:deb/debian/libc6@2.41-12%2Bb1?arch=arm64&distro=debian-13&upstream=glibc%402.41-12",
        "pkg:deb/debian/python3.13-minimal@3.13.5-2?arch=arm64&distro=debian-13",
        "pkg:deb/debian/tzdata@2026a?arch=all&distro=debian-13",
        # Debian's own is its package.
        "pkg:generic/cpython@3.12.9",
        f"pkg:oci/base@sha256%3A{'b' * 64}?repository_url=registry.example/team/base",
        "pkg:pypi/click@8.1",
        "pkg:pypi/click@8.2",
    ]
    assert note(FINDINGS) == ""


def test_a_lock_of_an_earlier_version_of_strata() -> None:
    old = replace(FINDINGS, system="", details={}, distributions=None)
    assert purls(old) == [
        # Nobody knows which of them are for all architectures.
        "pkg:deb/debian/libc6@2.41-12%2Bb1",
        "pkg:deb/debian/python3.13-minimal@3.13.5-2",
        "pkg:deb/debian/tzdata@2026a",
        "pkg:generic/cpython@3.12.9",
        f"pkg:oci/base@sha256%3A{'b' * 64}?repository_url=registry.example/team/base",
    ]
    assert note(old) == (
        "its Python packages are not listed: the lock of the base was made by a version of Strata that did not look"
    )


def test_a_system_without_debian_packages() -> None:
    alpine = replace(FINDINGS, packages={}, pythons={}, details={}, system="alpine-3.22", distributions={})
    assert purls(alpine) == [f"pkg:oci/base@sha256%3A{'b' * 64}?repository_url=registry.example/team/base"]
    assert note(alpine) == ("there is no list of Debian packages in it, and those of other systems are not read")
