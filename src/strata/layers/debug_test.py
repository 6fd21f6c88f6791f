from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.layers.debug import run
from strata.protocol.debug_layer import Request
from strata.protocol.package import Package
from support.debian_packages import Member, write_deb
from support.oci.layers import blob_of

BUSYBOX = b"\x7fELF[\0[[\0busybox\0ls\0sh\0\0"


def package(tmp_path: Path, program: bytes) -> Request:
    members = [
        Member("./bin/busybox", program, mode=0o755),
        Member("./usr/share/doc/busybox-static/copyright", b"free"),
        Member("./usr/share/initramfs-tools/hook", b"x"),
    ]
    write_deb(tmp_path / "busybox.deb", members, name="busybox-static")
    return Request((Package("busybox-static", "1.0", Path("busybox.deb")),), "gzip")


def test_a_shell_and_tools_in_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = run(package(tmp_path, BUSYBOX)).layer
    assert layer.contents == {
        "kind": "debug",
        "packages": {"busybox-static": "1.0"},
        "installers": [],
        "format": layer.contents["format"],
    }
    with tarfile.open(blob_of(layer)) as archive:
        found = {member.name: f"{member.mode:o} {member.linkname}".rstrip() for member in archive if not member.isdir()}
    assert found == {
        "busybox/[": "777 busybox",
        "busybox/[[": "777 busybox",
        "busybox/busybox": "755",
        "busybox/ls": "777 busybox",
        "busybox/sh": "777 busybox",
        "usr/share/doc/busybox-static/copyright": "644",
        "var/lib/dpkg/status.d/busybox-static": "644",
        "var/lib/dpkg/status.d/busybox-static.md5sums": "644",
    }


def test_packages_without_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StrataError) as error:
        run(package(tmp_path, b"\x7fELF"))
    assert str(error.value) == (
        "The packages of debug images have no busybox with a shell.\n"
        "Found:\n"
        "  busybox-static\n"
        'Fix: let `//:strata-debug` be a `debian_packages(packages=["busybox-static"])`.'
    )
