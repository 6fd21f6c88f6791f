"""Files and folders stay small enough to read in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LINES = 350
MODULES = 20


def folders() -> Iterator[Path]:
    """Yield the folders of what is committed: those with a dot, and `dist`, are made by programs."""
    yield Path(".ci")
    for path in Path().iterdir():
        if path.is_dir() and not path.name.startswith(".") and path.name != "dist":
            yield path


def is_python(file: Path) -> bool:
    """Tell by the name, or by the first line where the name has no suffix."""
    if file.suffix or not file.is_file():
        return file.suffix in (".py", ".pyi")
    with file.open("rb") as opened:
        first = opened.readline(200)
    return first.startswith(b"#!") and b"python" in first


def python_files() -> list[Path]:
    files = [file for folder in folders() for file in folder.rglob("*") if is_python(file)]
    assert len(files) > 500, "the repository is not here"
    assert any(file.name.endswith("_test.py") for file in files)
    assert Path("tests/popular/run") in files
    return files


def test_no_file_is_long() -> None:
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in python_files()}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_no_folder_has_many_modules() -> None:
    modules = Counter(
        str(file.parent) for file in python_files() if not file.name.endswith("_test.py") and file.stem != "__init__"
    )
    assert {folder: count for folder, count in modules.items() if count > MODULES} == {}
