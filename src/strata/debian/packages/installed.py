"""This module reads dpkg's lists of installed packages.

https://www.debian.org/doc/debian-policy/ch-controlfields.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from strata.protocol.package import InstalledPackage

VERSION = re.compile(r"(\d+:)?[A-Za-z0-9.+~-]+")
"""The version of a Debian package: https://www.debian.org/doc/debian-policy/ch-controlfields.html#version"""

STATUS = "var/lib/dpkg/status"
"""The list of dpkg itself. Images without dpkg have a list for each package instead: PACKAGE_LISTS."""

PACKAGE_LISTS = re.compile(r"var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums)")
"""https://github.com/GoogleContainerTools/distroless/blob/main/PACKAGE_METADATA.md"""

_FIELD = re.compile(r"^([A-Za-z0-9-]+):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
# A package that is built again for one architecture has its source's version, and this.
_BUILT_AGAIN = re.compile(r"\+b\d+$")


def installed_packages(status: bytes) -> Iterator[InstalledPackage]:
    """Yield each installed package of a list. Entries that have no name or no version are left out."""
    for paragraph in re.split(r"\n\s*\n", status.decode("utf-8", "replace")):
        fields = {name: " ".join(value.split()) for name, value in _FIELD.findall(paragraph)}
        # The lists of images without dpkg say nothing of a status: what is listed is there.
        is_there = fields.get("Status", "installed").split()[-1:] == ["installed"]
        if is_there and fields.get("Package") and VERSION.fullmatch(fields.get("Version", "")):
            yield _package(fields)


def _package(fields: Mapping[str, str]) -> InstalledPackage:
    source, _, version = fields.get("Source", "").partition("(")
    version = version.strip(" )")
    return InstalledPackage(
        fields["Package"],
        fields["Version"],
        fields.get("Architecture", ""),
        source.strip() or fields["Package"],
        version if VERSION.fullmatch(version) else _BUILT_AGAIN.sub("", fields["Version"]),
        ", ".join(fields[name] for name in ("Pre-Depends", "Depends") if fields.get(name)),
        fields.get("Provides", ""),
    )
