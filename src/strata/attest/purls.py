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


def debian_purl(name: str, version: str, architecture: str) -> str:
    """Return the URL of a Debian package: `pkg:deb/debian/libc6@2.41-12?arch=amd64`."""
    return _purl("deb/debian", name, version, {"arch": architecture})


def generic_purl(name: str, version: str) -> str:
    """Return the URL of what no other kind names: `pkg:generic/cpython@3.12.13`."""
    return _purl("generic", name, version)


def oci_purl(repository: str, digest: str) -> str:
    """Return the URL of an image: `pkg:oci/base@sha256%3A…?repository_url=registry.example/team/base`."""
    return _purl("oci", repository.rpartition("/")[2].lower(), digest, {"repository_url": repository})


def _purl(kind: str, name: str, version: str, qualifiers: Optional[Mapping[str, str]] = None) -> str:
    text = "&".join(f"{key}={quote(value, safe=':/.-_~')}" for key, value in sorted((qualifiers or {}).items()))
    return f"pkg:{kind}/{quote(name, safe='.-_~')}@{quote(version, safe='.-_~')}{'?' if text else ''}{text}"
