from __future__ import annotations

import json
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.interpreters import imports
from strata.interpreters.imports import foreign_imports
from strata.protocol.app_layer import Import


@pytest.fixture(autouse=True)
def _standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "STANDARD_LIBRARY", frozenset({"json", "os", "typing"}))


def found(root: Path, files: Mapping[str, str]) -> list[Import]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return list(foreign_imports(root, sorted(path for path in root.rglob("*") if path.is_file())))


def names(root: Path, source: str) -> dict[str, bool]:
    """Return each module that a file imports, and whether the import is certain."""
    return {item.module: item.certain for item in found(root, {"main.py": source})}


def test_where_an_import_stands(tmp_path: Path) -> None:
    assert found(tmp_path, {"app/main.py": "import os\n\nimport cv2 as cv\n"}) == [
        Import("cv2", "app/main.py", 3, certain=True)
    ]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import a.b, c", {"a.b": True, "c": True}),
        ("from a.b import c, d", {"a.b.c": True, "a.b.d": True}),
        ("from a import *", {"a": True}),
        ("class X:\n    import a", {"a": True}),
        ("with open('x'):\n    import a", {"a": True}),
        ("def f():\n    import a", {"a": False}),
        ("async def f():\n    import a", {"a": False}),
        ("if x:\n    import a\nelse:\n    import b", {"a": False, "b": False}),
        ("for x in y:\n    import a", {"a": False}),
        ("def f():\n    import a\nimport a", {"a": True}),
        ("import a  # pants: no-infer-dep", {}),
        ("from a import (  # pants: no-infer-dep\n    b,\n)", {}),
        ("from . import a", {}),
        ("from .a import b", {}),
        ("import json, os.path", {}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b": False}),
        ("import typing\nif typing.TYPE_CHECKING:\n    import a", {}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"b": False}),
        ("try:\n    import a\nexcept (OSError, ModuleNotFoundError):\n    pass\nelse:\n    import c", {"c": False}),
        ("try:\n    import a\nexcept:\n    pass", {}),
        ("try:\n    import a\nexcept OSError:\n    pass", {"a": False}),
        ("no python {{", {}),
        ("", {}),
    ],
)
def test_imports(tmp_path: Path, source: str, expected: dict[str, bool]) -> None:
    assert names(tmp_path, source) == expected


def test_first_party_modules_are_no_foreign_imports(tmp_path: Path) -> None:
    files = {
        "main.py": "import lib.a, other.b, single, space.mine, space.theirs\nfrom space.mine import name",
        "lib/__init__.py": "",
        "lib/a.py": "",
        "single.py": "",
        "space/mine.py": "",
    }
    assert [item.module for item in found(tmp_path, files)] == ["other.b", "space.theirs"]


def test_files_that_are_not_python_are_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path, {"notes.txt": "import a", "data.json": json.dumps("import a")}) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_is_too_odd(content: str | bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "odd.py")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        foreign_imports(Path(folder), [path])
