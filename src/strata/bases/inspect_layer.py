"""The verb `inspect-base-layer` says what a layer of a base holds, in one pass over its blob.

It finds installers of Python packages, the packages that dpkg's lists and Python's metadata name, the distribution, the
C library, programs of CPython, shared libraries, and what the layer takes away from those below it.
https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts
"""

from __future__ import annotations

import re
from typing import BinaryIO, Optional

from strata.audit.blob import member_contents
from strata.audit.layer import LayerAudit
from strata.bases.libraries import CACHE, is_library, libraries_in_cache
from strata.debian import os_release
from strata.debian.packages.installed import PACKAGE_LISTS, STATUS, installed_packages
from strata.errors import oci_base as errors
from strata.layouts.blob_reader import BlobReader
from strata.layouts.whiteouts import removed_path
from strata.oci.descriptor import DamagedBlob
from strata.oci.tar_reader import DIRECTORY, HARD_LINK, SYMLINK, TarEntry, TarReader
from strata.pieces import Stream
from strata.protocol.bases.inspect_base_layer import Request, Result
from strata.protocol.package import InstalledPackage
from strata.wheels.installed import METADATA, installed_project
from strata.wheels.limits import METADATA_BYTES

# Until glibc 2.33 the file had its version in its name, and the name of today was a link to it.
_GLIBC = re.compile(r"(usr/)?lib(64)?/([^/]+/)?libc(\.so\.6|-2\.\d+\.so)")
_MUSL = re.compile(r"(usr/)?lib/ld-musl-[^/]+\.so\.1")
_GLIBC_VERSION = re.compile(rb"GNU C Library [^\n]{0,200} version (\d+\.\d+)")
_PYTHON = re.compile(r"(.+/)?bin/python3\.\d+")
_PYTHON_HEADER = re.compile(r"(.+/)?include/python3\.\d+/patchlevel\.h")
_PYTHON_VERSION = re.compile(rb'^#define\s+PY_VERSION\s+"([0-9A-Za-z.]+)', re.MULTILINE)
# Far above what such files have.
_MOST_BYTES = 64 << 20


def run(request: Request) -> Result:
    """Return what the layer holds. Raise StrataError where its blob is damaged, or no layer."""
    digest = f"{request.layer.parent.name}:{request.layer.name}"
    try:
        with request.layer.open("rb") as blob:
            return inspect_layer(blob)
    except DamagedBlob as damage:
        raise errors.damaged_layer(digest, str(damage)) from None


def inspect_layer(blob: Stream) -> Result:
    """Return what a layer holds. Raise DamagedBlob where the blob is no layer's."""
    findings = _Findings()
    tar = TarReader(BlobReader(blob))
    for entry in tar:
        findings.take(entry, tar)
    return findings.result()


class _Findings:
    def __init__(self) -> None:
        self._audit = LayerAudit()
        self._packages: Optional[tuple[InstalledPackage, ...]] = None
        self._listed: list[InstalledPackage] = []
        self._c_libraries: dict[str, str] = {}
        self._pythons: list[str] = []
        self._headers: dict[str, str] = {}
        self._distributions: dict[str, tuple[str, ...]] = {}
        self._systems: dict[str, str] = {}
        self._libraries: set[str] = set()
        self._cached: Optional[tuple[str, ...]] = None
        self._removed: list[str] = []

    def take(self, entry: TarEntry, contents: Stream) -> None:
        """Take one member of the layer, with its contents."""
        path = entry.path.lstrip("/")
        removed = removed_path(path)
        if removed is not None:
            self._removed.append(removed)
            return
        if entry.kind != DIRECTORY and is_library(path):
            self._libraries.add(path)
        if entry.kind in (SYMLINK, HARD_LINK):
            self._audit.add_link(path)
            if entry.kind == HARD_LINK and _PYTHON.fullmatch(path):
                self._pythons.append(path)
        elif entry.kind != DIRECTORY:
            with member_contents(contents) as file:
                self._audit.add_file(path, entry.mode, file)
                file.seek(0)
                self._read(path, file)

    def result(self) -> Result:
        """Return the findings."""
        return Result(
            installers=tuple(each.to_json() for each in self._audit.evidence()),
            packages=self._packages,
            listed_packages=tuple(self._listed),
            c_libraries=self._c_libraries,
            pythons=tuple(sorted(self._pythons)),
            python_headers=self._headers,
            distributions=self._distributions,
            systems=self._systems,
            libraries=tuple(sorted(self._libraries)),
            cached_libraries=self._cached,
            removed=tuple(sorted(self._removed)),
        )

    def _read(self, path: str, file: BinaryIO) -> None:
        if path == STATUS:
            self._packages = tuple(installed_packages(file.read(_MOST_BYTES)))
        elif PACKAGE_LISTS.fullmatch(path):
            self._listed += installed_packages(file.read(_MOST_BYTES))
        elif path == CACHE:
            self._cached = libraries_in_cache(file.read(_MOST_BYTES))
        elif path in os_release.PATHS:
            self._systems[path] = os_release.os_release_in({path: file.read(_MOST_BYTES)}).distro
        elif METADATA.fullmatch(path):
            found = installed_project(file.read(METADATA_BYTES))
            if found:
                self._distributions[path] = found
        elif _GLIBC.fullmatch(path):
            match = _GLIBC_VERSION.search(file.read(_MOST_BYTES))
            if match:
                self._c_libraries[path] = match[1].decode()
        elif _MUSL.fullmatch(path):
            self._c_libraries[path] = "musl"
        elif _PYTHON.fullmatch(path):
            self._pythons.append(path)
        elif _PYTHON_HEADER.fullmatch(path):
            match = _PYTHON_VERSION.search(file.read(_MOST_BYTES))
            if match:
                self._headers[path] = match[1].decode()
