"""Files and folders stay small enough to read in one go."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

LINES = 350
MODULES = 20


def python_files() -> list[Path]:
    files = [file for folder in ("src", "pants-plugins", "tests") for file in Path(folder).rglob("*.py")]
    assert len(files) > 300, "the repository is not here"
    return files


def test_no_file_is_long() -> None:
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in python_files()}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_no_folder_has_many_modules() -> None:
    modules = Counter(
        str(file.parent)
        for file in python_files()
        if file.parts[0] != "tests" and not file.name.endswith("_test.py") and file.stem != "__init__"
    )
    assert {folder: count for folder, count in modules.items() if count > MODULES} == {}
