"""The verb `attest-packages` says what the parts of a layer say of themselves, in one pass over its blob.

Bills of materials have it: what a Debian package was built from, what it depends on, and its licences; and which
libraries are linked into a standalone CPython. The layer was written here, so nothing in it removes a file.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from strata.debian.packages.installed import PACKAGE_LISTS, installed_packages
from strata.debian.packages.licenses import COPYRIGHT, declared_licenses
from strata.debian.packages.omitted import DOCUMENTATION
from strata.layouts.blob_reader import BlobReader
from strata.oci.tar_reader import FILE, SYMLINK, TarReader
from strata.pieces import Stream, pieces
from strata.protocol.attest.attest_packages import Request, Result
from strata.protocol.package import InstalledPackage
from strata.protocol.wheel import Bundled

# strata.interpreters.standalone.components writes it.
_DOCUMENT = re.compile(r"usr/share/sbom/python3\.\d+\.cdx\.json")


def run(request: Request) -> Result:
    """Return what the parts of the layer say of themselves."""
    with request.layer.open("rb") as blob:
        return parts_of_layer(blob)


def parts_of_layer(blob: Stream) -> Result:
    """Return what the parts of a layer say of themselves. Raise DamagedBlob where the blob is no layer's."""
    packages: dict[str, InstalledPackage] = {}
    licenses: dict[str, tuple[str, ...]] = {}
    links: dict[str, str] = {}
    linked: tuple[Bundled, ...] = ()
    tar = TarReader(BlobReader(blob))
    for entry in tar:
        copyright_file = COPYRIGHT.fullmatch(entry.path)
        if entry.kind == SYMLINK and posixpath.dirname(entry.path) == DOCUMENTATION:
            # Packages of one source may share a folder: libgcc-s1 has the one of gcc-14-base.
            links[posixpath.basename(entry.path)] = posixpath.basename(entry.target)
        elif entry.kind == FILE and PACKAGE_LISTS.fullmatch(entry.path):
            packages.update((each.name, each) for each in installed_packages(b"".join(pieces(tar))))
        elif entry.kind == FILE and copyright_file:
            licenses[copyright_file[1]] = declared_licenses(b"".join(pieces(tar)))
        elif entry.kind == FILE and _DOCUMENT.fullmatch(entry.path):
            linked = tuple(_linked(b"".join(pieces(tar))))
    known = {name: licenses.get(links.get(name, name), ()) for name in packages}
    return Result(
        tuple(packages[name] for name in sorted(packages)),
        {name: found for name, found in sorted(known.items()) if found},
        linked,
    )


def _linked(document: bytes) -> Iterator[Bundled]:
    for each in json.loads(document)["components"]:
        if each["type"] == "library":
            yield Bundled(each["name"], each["version"], each["purl"])
