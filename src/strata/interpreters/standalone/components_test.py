from __future__ import annotations

import json
import ssl
import zlib
from pathlib import Path

import pytest

from strata.interpreters.standalone.components import bill_of_materials, linked_libraries
from strata.protocol.wheel import Bundled
from support.interpreters import VERSION, write_interpreter


def test_libraries_are_those_that_the_interpreter_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = linked_libraries(write_interpreter(tmp_path / "python"))
    assert [each.name for each in found] == ["expat", "openssl", "sqlite", "zlib"]
    versions = {each.name: each.version for each in found}
    assert versions["zlib"] == zlib.ZLIB_RUNTIME_VERSION
    assert versions["openssl"] == ssl.OPENSSL_VERSION.split()[1]
    assert found[1].purl == f"pkg:generic/openssl@{versions['openssl']}"


def test_the_file(tmp_path: Path) -> None:
    linked = (Bundled("openssl", "3.5.4", "pkg:generic/openssl@3.5.4"), Bundled("zlib", "1.3.1", ""))
    file = bill_of_materials(write_interpreter(tmp_path / "python"), "20260414", linked)
    assert file.path == "usr/share/sbom/python{}.{}.cdx.json".format(*VERSION.split("."))
    assert isinstance(file.source, bytes)
    document = json.loads(file.source)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert document["metadata"]["component"]["version"] == "20260414"
    cpython, *libraries = document["components"]
    assert cpython == {
        "type": "application",
        "bom-ref": f"cpython@{VERSION}",
        "name": "cpython",
        "version": VERSION,
        "cpe": f"cpe:2.3:a:python:python:{VERSION}:*:*:*:*:*:*:*",
        "purl": f"pkg:generic/cpython@{VERSION}",
    }
    assert [(each["name"], each["version"]) for each in libraries] == [("openssl", "3.5.4"), ("zlib", "1.3.1")]
