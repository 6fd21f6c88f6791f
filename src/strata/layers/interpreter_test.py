from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest

from strata.layers import interpreter
from strata.protocol.interpreter_layer import Request
from support.interpreters import LIBRARY, PATHS, VERSION, write_interpreter, write_interpreter_package
from support.oci.layers import blob_of


def test_the_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    feature = "{}.{}".format(*sys.version_info)
    tag = sys.implementation.cache_tag
    compiler = write_interpreter(tmp_path / "python")
    packages = write_interpreter_package()
    result = interpreter.run(Request(packages, VERSION, compiler, installer_hint=False, compression="gzip"))
    assert result.layer.contents == {
        "kind": "interpreter",
        "version": VERSION,
        "packages": {"python": "1.0"},
        "installers": [
            {
                "path": "usr/share/python-wheels/pip-25.1.1-py3-none-any.whl",
                "project": "pip",
                "kind": "wheel",
                "version": "25.1.1",
            }
        ],
        "format": 4,
    }
    with tarfile.open(blob_of(result.layer)) as layer:
        listing = [
            f"{member.mode:04o} {member.name}{' → ' + member.linkname if member.linkname else ''}"
            for member in layer
            if not member.isdir()
        ]
    assert listing == sorted(
        [
            f"0755 {PATHS.python}",
            f"0777 usr/bin/python3 → python{feature}",
            f"0755 {PATHS.loader}",
            f"0777 {PATHS.library_path}/libx.so.1 → libx.so.1.2",
            f"0644 {PATHS.library_path}/libx.so.1.2",
            f"0777 {PATHS.library_path}/liby.so.1 → ../../../etc/liby.so.1",
            f"0644 {PATHS.library_path}/gconv/ARMSCII-8.so",
            f"0644 {LIBRARY}/os.py",
            f"0644 {LIBRARY}/__pycache__/os.{tag}.pyc",
            f"0777 {LIBRARY}/_config.py → os.py",
            f"0644 {LIBRARY}/__pycache__/_config.{tag}.pyc",
            f"0644 {LIBRARY}/json/__init__.py",
            f"0644 {LIBRARY}/json/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/ensurepip/__init__.py",
            f"0644 {LIBRARY}/ensurepip/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/lib-dynload/_ssl.cpython.so",
            "0644 usr/share/python-wheels/pip-25.1.1-py3-none-any.whl",
            "0644 var/lib/dpkg/status.d/python",
            "0644 var/lib/dpkg/status.d/python.md5sums",
        ],
        key=lambda line: line.split()[1],
    )
