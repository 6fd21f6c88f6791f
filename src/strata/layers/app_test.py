from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from strata.layers import app
from strata.layouts.listing import list_layer
from strata.oci import layer
from strata.protocol.app_layer import Request, Result
from support.interpreters import write_interpreter
from support.oci.layers import blob_of

VERSION = "{}.{}".format(*sys.version_info)


@pytest.fixture(autouse=True)
def _sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sources", "lib").mkdir(parents=True)
    Path("sources", "lib", "a.py").write_text("1\n")
    Path("sources", "main.py").write_text("import lib.a\n")


def request(*, bytecode: bool = False) -> Request:
    return Request(Path("sources"), write_interpreter(Path("python")), bytecode, "gzip")


def run(*, bytecode: bool = False) -> Result:
    return app.run(request(bytecode=bytecode))


def contents() -> Mapping[str, Any]:
    return run().layer.contents


def test_files_are_described_by_the_start_of_their_hash() -> None:
    assert contents() == {
        "kind": "app",
        "files": {"lib/a.py": "4355a46b19d348dc", "main.py": hashlib.sha256(b"import lib.a\n").hexdigest()[:16]},
        "bytecode": False,
        "installers": [],
        "format": 4,
    }


def test_many_files_are_described_by_one_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    files = json.dumps(contents()["files"], separators=(",", ":")).encode()
    monkeypatch.setattr(layer, "FILES_LIMIT", len(files))
    assert "files" in contents()
    monkeypatch.setattr(layer, "FILES_LIMIT", len(files) - 1)
    assert contents() == {
        "kind": "app",
        "fileCount": 2,
        "filesDigest": f"sha256:{hashlib.sha256(files).hexdigest()}",
        "bytecode": False,
        "installers": [],
        "format": 4,
    }


def listing() -> list[list[str]]:
    """Mode, owner, size and path of each file of the layer."""
    return [line.split() for line in list_layer(blob_of(run().layer))]


def test_files_and_what_finds_them() -> None:
    assert [line for line in listing() if not line[0].startswith("d")] == [
        ["-rw-r--r--", "0:0", "2", "app/lib/a.py"],
        ["-rw-r--r--", "0:0", "13", "app/main.py"],
        ["-rw-r--r--", "0:0", "5", f"opt/venv/lib/python{VERSION}/site-packages/_app.pth"],
    ]
    assert {tuple(line[:3]) for line in listing() if line[0].startswith("d")} == {("drwxr-xr-x", "0:0", "0")}


def test_modes_say_only_whether_a_file_is_executable() -> None:
    before = listing()
    Path("sources/main.py").chmod(0o600)
    assert listing() == before
    Path("sources/main.py").chmod(0o700)
    assert [line for line in listing() if line not in before] == [["-rwxr-xr-x", "0:0", "13", "app/main.py"]]


def test_empty_folders_make_no_difference() -> None:
    before = listing()
    Path("sources/empty").mkdir()
    assert listing() == before


def test_data_alone_need_no_compiler() -> None:
    Path("sources", "main.py").unlink()
    Path("sources", "lib", "a.py").rename(Path("sources", "lib", "a.txt"))
    asked = request(bytecode=True)
    result = app.run(replace(asked, interpreter=replace(asked.interpreter, loader="absent")))
    assert list(result.layer.contents["files"]) == ["lib/a.txt"]


def test_bytecode_lies_where_it_is_found_and_belongs_to_its_source() -> None:
    Path("sources", "lib", "template.py").write_text("{{ name }} = 1 +\n")
    result = run(bytecode=True)
    assert result.layer.contents["bytecode"] is True
    tag = sys.implementation.cache_tag
    with tarfile.open(blob_of(result.layer)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if "__pycache__/" in member.name}
        compiled = {name: content.read() for name, content in files.items() if content}
    assert list(compiled) == [f"app/__pycache__/main.{tag}.pyc", f"app/lib/__pycache__/a.{tag}.pyc"]
    code = compiled[f"app/__pycache__/main.{tag}.pyc"]
    assert code[:8] == importlib.util.MAGIC_NUMBER + b"\1\0\0\0"
    assert code[8:16] == importlib.util.source_hash(b"import lib.a\n")
    assert b"/app/main.py" in code
    assert sorted(path.name for path in Path().iterdir()) == ["blobs", "python", "sources"]
