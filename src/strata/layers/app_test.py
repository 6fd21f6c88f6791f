from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from strata.layers import app
from strata.oci.listing import list_layer


@pytest.fixture(autouse=True)
def _sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sources", "lib").mkdir(parents=True)
    Path("sources", "lib", "a.py").write_text("1\n")
    Path("sources", "main.py").write_text("import lib.a\n")


def contents() -> Any:
    return app.run({"root": "sources", "python": "3.13"})["contents"]


def test_files_are_described_by_the_start_of_their_hash() -> None:
    assert contents() == {
        "kind": "app",
        "files": {"lib/a.py": "4355a46b19d348dc", "main.py": hashlib.sha256(b"import lib.a\n").hexdigest()[:16]},
        "installers": [],
        "format": 1,
    }


def test_many_files_are_described_by_one_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    files = json.dumps(contents()["files"], separators=(",", ":")).encode()
    monkeypatch.setattr(app, "FILES_LIMIT", len(files))
    assert "files" in contents()
    monkeypatch.setattr(app, "FILES_LIMIT", len(files) - 1)
    assert contents() == {
        "kind": "app",
        "fileCount": 2,
        "filesDigest": f"sha256:{hashlib.sha256(files).hexdigest()}",
        "installers": [],
        "format": 1,
    }


def listing() -> list[list[str]]:
    """Mode, owner, size and path of each file of the layer."""
    blob = app.run({"root": "sources", "python": "3.13"})["digest"].partition(":")[2]
    return [line.split() for line in list_layer(Path("blobs/sha256", blob))]


def test_files_and_what_finds_them() -> None:
    assert [line for line in listing() if not line[0].startswith("d")] == [
        ["-rw-r--r--", "0:0", "2", "app/lib/a.py"],
        ["-rw-r--r--", "0:0", "13", "app/main.py"],
        ["-rw-r--r--", "0:0", "5", "opt/venv/lib/python3.13/site-packages/_app.pth"],
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
