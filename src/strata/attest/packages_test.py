from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from strata.attest.packages import parts_of_layer, run
from strata.oci.layer import Entry, File, Symlink, write_layer
from strata.protocol.attest.attest_packages import Request
from strata.protocol.package import InstalledPackage
from strata.protocol.wheel import Bundled

LISTS, DOC = "var/lib/dpkg/status.d", "usr/share/doc"
DEP5 = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n"


def test_what_packages_say_of_themselves(tmp_path: Path) -> None:
    entries: list[Entry] = [
        File(f"{LISTS}/libgcc-s1", b"Package: libgcc-s1\nVersion: 14.2\nSource: gcc-14\nDepends: libc6 (>= 2.35)\n"),
        File(f"{LISTS}/gcc-14-base", b"Package: gcc-14-base\nVersion: 14.2\nSource: gcc-14\n"),
        File(f"{LISTS}/gcc-14-base.md5sums", b"00  usr/share/doc/gcc-14-base/copyright\n"),
        File(f"{LISTS}/free", b"Package: free\nVersion: 1\n"),
        Symlink(f"{DOC}/libgcc-s1", "gcc-14-base"),
        File(f"{DOC}/gcc-14-base/copyright", DEP5),
        File(f"{DOC}/free/copyright", b"It is free.\n"),
        File(f"{DOC}/other/copyright", DEP5),
    ]
    layer = write_layer(entries, blobs=tmp_path / "sha256", contents={})
    found = run(Request(tmp_path / "sha256" / layer.descriptor.digest.partition(":")[2]))
    assert found.packages == (
        InstalledPackage("free", "1", "", "free", "1"),
        InstalledPackage("gcc-14-base", "14.2", "", "gcc-14", "14.2"),
        InstalledPackage("libgcc-s1", "14.2", "", "gcc-14", "14.2", "libc6 (>= 2.35)"),
    )
    assert found.licenses == {"gcc-14-base": ("GPL-3+",), "libgcc-s1": ("GPL-3+",)}
    assert found.linked == ()


@pytest.mark.parametrize("path, linked", [("usr/share/sbom/python3.12.cdx.json", 1), ("usr/share/sbom/x.cdx.json", 0)])
def test_libraries_of_a_standalone_cpython(tmp_path: Path, path: str, linked: int) -> None:
    parts = [
        {"type": "application", "name": "cpython", "version": "3.12.13", "purl": "pkg:generic/cpython@3.12.13"},
        {"type": "library", "name": "openssl", "version": "3.5.4", "purl": "pkg:generic/openssl@3.5.4"},
    ]
    layer = write_layer([File(path, json.dumps({"components": parts}).encode())], blobs=tmp_path, contents={})
    blob = (tmp_path / layer.descriptor.digest.partition(":")[2]).read_bytes()
    found = parts_of_layer(io.BytesIO(blob))
    assert found.linked == (Bundled("openssl", "3.5.4", "pkg:generic/openssl@3.5.4"),) * linked
