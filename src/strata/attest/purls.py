"""This module writes package URLs, the names that SBOMs and provenance have for packages.

https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional
from urllib.parse import quote

from packaging.utils import canonicalize_name


def pypi_purl(name: str, version: str) -> str:
    """Return the URL of a release of a Python project: `pkg:pypi/click@8.2.1`. The name is normalized (PEP 503)."""
    return _purl("pypi", canonicalize_name(name), version)


def debian_purl(name: str, version: str, architecture: str = "", distro: str = "", upstream: str = "") -> str:
    """Return the URL of a package of Debian, or of a distribution made from it.

    `pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13&upstream=glibc`

    :param architecture: and all that follows, is left out where it is empty.
    :param distro: the distribution and its version, `debian-13`.
    :param upstream: the source package where that has another name or version: `gcc-14`, `glibc@2.41-12`.
    """
    qualifiers = {"arch": architecture, "distro": distro, "upstream": upstream}
    namespace = distro.partition("-")[0] or "debian"
    return _purl(f"deb/{namespace}", name, version, {key: value for key, value in qualifiers.items() if value})


def generic_purl(name: str, version: str) -> str:
    """Return the URL of what no other kind names: `pkg:generic/cpython@3.12.13`."""
    return _purl("generic", name, version)


def oci_purl(repository: str, digest: str) -> str:
    """Return the URL of an image: `pkg:oci/base@sha256%3A…?repository_url=registry.example/team/base`."""
    return _purl("oci", repository.rpartition("/")[2].lower(), digest, {"repository_url": repository})


def _purl(kind: str, name: str, version: str, qualifiers: Optional[Mapping[str, str]] = None) -> str:
    text = "&".join(f"{key}={quote(value, safe=':/.-_~')}" for key, value in sorted((qualifiers or {}).items()))
    return f"pkg:{kind}/{quote(name, safe='.-_~')}@{quote(version, safe='.-_~')}{'?' if text else ''}{text}"
