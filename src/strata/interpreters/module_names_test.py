from __future__ import annotations

import sys
from pathlib import Path

import pytest

from strata.interpreters.module_names import standard_library_names


def test_the_names_that_cpython_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdlib_module_names", frozenset({"os", "json"}), raising=False)
    assert standard_library_names() == {"os", "json"}


def test_an_older_cpython_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("sys.stdlib_module_names", raising=False)
    installed = Path(sys.base_prefix, "lib", "site-packages")
    (tmp_path / "first_party.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path, str(installed)])
    names = standard_library_names()
    assert {"os", "json", "sys", "zlib", "ensurepip"} <= names
    assert not names & {"first_party", "strata", "pytest"}
