"""This module says what the Debian packages in a layer say of themselves: sources, dependencies and licences.

Bills of materials have it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from strata.debian.packages.installed import PACKAGE_LISTS, installed_packages
from strata.debian.packages.licenses import COPYRIGHT, declared_licenses
from strata.debian.packages.omitted import DOCUMENTATION
from strata.oci.entry import Entry, File, Symlink
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts


def parts_of(entries: Iterable[Entry]) -> Parts:
    """Return what the packages that a layer lists say of themselves, by the layer's own files."""
    packages: dict[str, InstalledPackage] = {}
    licenses: dict[str, tuple[str, ...]] = {}
    links: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, File):
            copyright_file = COPYRIGHT.fullmatch(entry.path)
            if copyright_file:
                licenses[copyright_file[1]] = declared_licenses(_content(entry))
            elif PACKAGE_LISTS.fullmatch(entry.path):
                packages.update((each.name, each) for each in installed_packages(_content(entry)))
        elif isinstance(entry, Symlink) and posixpath.dirname(entry.path) == DOCUMENTATION:
            # Packages of one source may share a folder: libgcc-s1 has the one of gcc-14-base.
            links[posixpath.basename(entry.path)] = posixpath.basename(entry.target)
    known = {name: licenses.get(links.get(name, name), ()) for name in packages}
    return Parts(
        tuple(packages[name] for name in sorted(packages)),
        {name: found for name, found in sorted(known.items()) if found},
    )


def _content(file: File) -> bytes:
    if isinstance(file.source, bytes):
        return file.source
    assert isinstance(file.source, Path)  # Debian packages have no members of zip archives.
    return file.source.read_bytes()
