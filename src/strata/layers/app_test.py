from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from strata.layers import app


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
        "format": 1,
    }
