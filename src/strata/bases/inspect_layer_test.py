from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from strata.bases.inspect_layer import inspect_layer, run
from strata.errors import StrataError
from strata.oci.layer import File, Symlink, write_layer
from strata.protocol.bases.inspect_base_layer import Request, Result
from strata.protocol.package import InstalledPackage
from support.oci.layouts import compressed, tar_with

GLIBC = b"\x7fELF\0GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\n"


def found_in(folder: Path, *entries: File | Symlink) -> Result:
    layer = write_layer(entries, blobs=folder, contents={})
    return inspect_layer(io.BytesIO((folder / layer.descriptor.digest.partition(":")[2]).read_bytes()))


def test_lists_of_packages(tmp_path: Path) -> None:
    status = b"Package: libc6\nStatus: install ok installed\nSource: glibc\nVersion: 2.36-9+deb12u10\n"
    found = found_in(
        tmp_path,
        File("var/lib/dpkg/status", status),
        File("var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2025b-0\nArchitecture: all\n"),
        File("var/lib/dpkg/status.d/tzdata.md5sums", b"Package: no\nVersion: 1\n"),
    )
    assert found.packages == (InstalledPackage("libc6", "2.36-9+deb12u10", "", "glibc", "2.36-9+deb12u10"),)
    assert found.listed_packages == (InstalledPackage("tzdata", "2025b-0", "all", "tzdata", "2025b-0"),)
    assert found_in(tmp_path).packages is None


def test_installed_projects_and_the_distribution(tmp_path: Path) -> None:
    click = "usr/lib/python3/dist-packages/click-8.dist-info/METADATA"
    found = found_in(
        tmp_path,
        File(click, b"Name: Click\nVersion: 8.1\n"),
        File("usr/lib/python3/dist-packages/no-1.dist-info/METADATA", b"Name: no\n"),
        File("usr/lib/os-release", b"ID=debian\nVERSION_ID=12\n"),
    )
    assert found.distributions == {click: ("click", "8.1")}
    assert found.systems == {"usr/lib/os-release": "debian-12"}


@pytest.mark.parametrize(
    "path, content, version",
    [
        ("usr/lib/x86_64-linux-gnu/libc.so.6", GLIBC, "2.36"),
        ("lib/x86_64-linux-gnu/libc-2.31.so", GLIBC.replace(b"2.36.", b"2.31."), "2.31"),
        ("usr/lib64/libc.so.6", GLIBC, "2.36"),
        ("lib/ld-musl-x86_64.so.1", b"\x7fELF", "musl"),
    ],
)
def test_c_library(tmp_path: Path, path: str, content: bytes, version: str) -> None:
    assert found_in(tmp_path, File(path, content)).c_libraries == {path: version}


def test_library_of_the_same_name_elsewhere(tmp_path: Path) -> None:
    assert found_in(tmp_path, File("opt/company/libc.so.6", GLIBC)).c_libraries == {}


def test_programs_and_headers_of_python(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        File("usr/local/bin/python3.13", b"\x7fELF", 0o755),
        Symlink("usr/local/bin/python3", "python3.13"),
        File("usr/local/bin/python3.13-config", b"#!/bin/sh\n", 0o755),
        File("usr/local/include/python3.13/patchlevel.h", b'#define PY_VERSION           "3.13.5+"\n'),
    )
    assert found.pythons == ("usr/local/bin/python3.13",)
    assert found.python_headers == {"usr/local/include/python3.13/patchlevel.h": "3.13.5"}


def test_a_header_without_a_version(tmp_path: Path) -> None:
    header = File("usr/include/python3.13/patchlevel.h", b'#define PY_VERSION "\xb3.13.5"\n')
    assert found_in(tmp_path, header).python_headers == {}


def test_shared_libraries(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        File("usr/lib/x86_64-linux-gnu/libz.so.1.3.1", b"\x7fELF"),
        Symlink("usr/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.3.1"),
        File("opt/company/lib/libown.so.2", b"\x7fELF"),
        File("opt/company/lib/libdir.so/README", b""),
        File("usr/lib/python3/dist-packages/demo/native.abi3.so", b"\x7fELF"),
        File("etc/ld.so.cache", b"glibc-ld.so.cache1.1\0libown.so.2\0/opt/company/lib/libown.so.2\0"),
    )
    assert found.libraries == (
        "opt/company/lib/libown.so.2",
        "usr/lib/x86_64-linux-gnu/libz.so.1",
        "usr/lib/x86_64-linux-gnu/libz.so.1.3.1",
    )
    assert found.cached_libraries == ("libown.so.2",)
    assert found_in(tmp_path).cached_libraries is None


def test_removed_paths() -> None:
    names = ("usr/bin/.wh.python3.13", "./opt/.wh..wh..opq", ".wh.srv")
    blob = compressed(tar_with(*(tarfile.TarInfo(name) for name in names)))
    assert inspect_layer(io.BytesIO(blob)).removed == ("opt/", "srv", "usr/bin/python3.13")


def test_installers(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        File("usr/local/lib/python3.13/site-packages/pip/_internal/__init__.py", b""),
        File("usr/local/lib/python3.13/site-packages/pip-25.1.dist-info/METADATA", b""),
    )
    assert [(each["project"], each["kind"]) for each in found.installers] == [
        ("pip", "package"),
        ("pip", "metadata directory"),
    ]


def test_layer_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "sha256" / ("a" * 64)
    file.parent.mkdir()
    file.write_bytes(b"\x1f\x8b no gzip")
    with pytest.raises(StrataError) as caught:
        run(Request(file))
    assert str(caught.value) == (
        f"The base's layer sha256:{'a' * 64} cannot be read: it holds a damaged gzip stream.\n"
        "Fix: have the base built and pushed again."
    )
