from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest

from strata.layers import standalone_interpreter
from strata.protocol.standalone.standalone_interpreter_layer import Request
from support.interpreters import LIBRARY, PATHS, VERSION, write_interpreter
from support.oci.layers import blob_of
from support.standalone.archives import members, write_archive

FEATURE = VERSION.rpartition(".")[0]


def request(tmp_path: Path, *, full: bool) -> Request:
    return Request(
        archive=write_archive(Path("a.tar.gz"), members(FEATURE)),
        platform="linux/amd64",
        version=VERSION,
        release="20260414",
        ensurepip=full,
        interpreter=write_interpreter(tmp_path / "python"),
        installer_hint=full,
        certificates=full,
        compression="gzip",
    )


def test_the_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = standalone_interpreter.run(request(tmp_path, full=True)).layer
    tag = sys.implementation.cache_tag
    assert layer.contents == {
        "kind": "interpreter",
        "version": VERSION,
        "release": "20260414",
        "packages": {},
        "installers": [
            {
                "path": f"{LIBRARY}/ensurepip/_bundled/pip-25.0-py3-none-any.whl",
                "project": "pip",
                "kind": "wheel",
                "version": "25.0",
            }
        ],
        "format": 4,
    }
    with tarfile.open(blob_of(layer)) as opened:
        listing = [
            f"{member.mode:04o} {member.name}{' → ' + member.linkname if member.linkname else ''}"
            for member in opened
            if not member.isdir()
        ]
    assert listing == sorted(
        [
            "0777 etc/ssl/cert.pem → /etc/ssl/certs/ca-certificates.crt",
            f"0755 {PATHS.python}",
            f"0777 usr/bin/python3 → python{FEATURE}",
            "0755 usr/local/bin/pip",
            "0755 usr/local/bin/pip3",
            "0644 usr/lib/libcrypto.so.3",
            f"0755 usr/lib/libpython{FEATURE}.so.1.0",
            "0777 usr/lib/libssl.so.3 → libssl.so.3.1",
            "0755 usr/lib/libssl.so.3.1",
            f"0644 {LIBRARY}/_sysconfigdata__linux_x86_64-linux-gnu.py",
            f"0644 {LIBRARY}/__pycache__/_sysconfigdata__linux_x86_64-linux-gnu.{tag}.pyc",
            f"0644 {LIBRARY}/os.py",
            f"0644 {LIBRARY}/__pycache__/os.{tag}.pyc",
            f"0644 {LIBRARY}/ensurepip/__init__.py",
            f"0644 {LIBRARY}/ensurepip/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/ensurepip/_bundled/pip-25.0-py3-none-any.whl",
            f"0644 {LIBRARY}/json/__init__.py",
            f"0644 {LIBRARY}/json/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/lib-dynload/.empty",
            f"0644 {LIBRARY}/lib-dynload/_crypt.{tag}-x86_64-linux-gnu.so",
            f"0644 usr/share/sbom/python{FEATURE}.cdx.json",
            "0644 usr/share/terminfo/x/xterm",
        ],
        key=lambda line: line.split()[1],
    )


def test_a_layer_without_what_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = standalone_interpreter.run(request(tmp_path, full=False)).layer
    assert layer.contents["installers"] == []
    with tarfile.open(blob_of(layer)) as opened:
        names = opened.getnames()
    assert [name for name in names if "pip" in name or name.startswith("etc")] == []
