"""What an `oci_base` holds, as bills of materials list it: by its lock, or by its layers where it has no lock."""

from __future__ import annotations

from collections.abc import Iterator

from pants_strata.artifacts.oci_base import OciBase
from strata.attest.components import Component
from strata.attest.debian_components import DebianPackage
from strata.attest.purls import generic_purl, oci_purl, pypi_purl
from strata.bases.findings import Findings
from strata.debian.platform import debian_platform
from strata.oci.platform import Platform
from strata.protocol.package import InstalledPackage

_NOT_READ = "its Python packages are not listed: the lock of the base was made by a version of Strata that did not look"
_NO_LIST = "there is no list of Debian packages in it, and those of other systems are not read"


def components_of_base(base: OciBase) -> Iterator[Component]:
    """Yield the image that is the base, its Pythons, and the Python projects that are installed in it."""
    found, digest = base.findings, base.image.manifest
    notes = [
        *([_NOT_READ] if found.distributions is None else []),
        *([_NO_LIST] if not found.packages else []),
    ]
    purl = oci_purl(base.repository, digest)
    yield Component("container", base.name, digest, purl, note="; ".join(notes))
    for version in sorted(set(_pythons(found))):
        yield Component("application", "cpython", version, generic_purl("cpython", version))
    for name, versions in (found.distributions or {}).items():
        for version in versions:
            yield Component("library", name, version, pypi_purl(name, version))


def packages_of_image(base: OciBase, platform: Platform) -> Iterator[DebianPackage]:
    """Yield the Debian packages of a base. What they depend on is not known."""
    found = base.findings
    native = "" if found.distributions is None else debian_platform(str(platform)).architecture
    for name, version in found.packages.items():
        details = found.details.get(name, {})
        source, _, source_version = details.get("source", name).partition(" ")
        architecture = details.get("architecture", native)
        package = InstalledPackage(name, version, architecture, source, source_version or version)
        yield DebianPackage(package, found.system)


def _pythons(found: Findings) -> Iterator[str]:
    """Yield the versions of CPython that no Debian package brought."""
    for path, version in found.pythons.items():
        if not (path.startswith("usr/bin/") and f"{path.rpartition('/')[2]}-minimal" in found.packages):
            yield version
