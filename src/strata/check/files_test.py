from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Callable

import pytest

from strata.check import limits
from strata.check.files import read_document, read_export
from strata.errors import StrataError

AGAIN = "Fix: download it again, or name another file."


def message(function: Callable[[], object]) -> str:
    with pytest.raises(StrataError) as caught:
        function()
    return str(caught.value)


def archive(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def test_a_folder_a_zip_archive_and_a_file_give_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "export" / "deep"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text('{"a": 1}')
    (folder / "notes.txt").write_text("no record")
    zipped = archive(tmp_path / "all.zip", {"1.json": '{"a": 1}', "notes.txt": "no record"})
    values = [[value for _, value in read_export(path)] for path in (folder.parent, zipped, folder / "1.json")]
    assert values == [[{"a": 1}]] * 3


@pytest.mark.parametrize(
    "content, why",
    [
        (b"{", "it is no JSON: line 1, column 2"),
        (b"\xff", "it is not UTF-8"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_damaged_json(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert message(lambda: list(read_export(path))) == f"{path} is damaged: {why}.\n{AGAIN}"
    assert message(lambda: read_document(path, 1 << 20)) == f"{path} is damaged: {why}.\n{AGAIN}"


def test_what_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "no.json"
    wanted = f"{path} cannot be read: No such file or directory.\n{AGAIN}"
    assert message(lambda: list(read_export(path))) == wanted
    assert message(lambda: read_document(path, 1)) == wanted
    assert message(lambda: list(read_export(tmp_path))) == (
        f"{tmp_path} holds no JSON file.\nFix: name an OSV export: a JSON file, or a folder or a zip archive of them."
    )


def test_a_damaged_zip_archive(tmp_path: Path) -> None:
    path = archive(tmp_path / "all.zip", {"1.json": '{"a": "' + "b" * 1000 + '"}'})
    content = bytearray(path.read_bytes())
    content[40:45] = b"\xff" * 5
    path.write_bytes(content)
    assert message(lambda: list(read_export(path))).startswith(f"{path}: 1.json cannot be read: ")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "all.zip", {"1.json": "[1]", "2.json": "[1, 2]"})
    assert message(lambda: read_document(path, 2)) == f"{path} has more than the 2 bytes that are read.\n{AGAIN}"
    monkeypatch.setattr(limits, "RECORDS", 1)
    assert message(lambda: list(read_export(path))) == f"{path} has more than the 1 files that are read.\n{AGAIN}"
    monkeypatch.setattr(limits, "EXPORT_BYTES", 8)
    assert message(lambda: list(read_export(path))) == f"{path} has more than the 8 bytes that are read.\n{AGAIN}"
    monkeypatch.setattr(limits, "RECORD_BYTES", 5)
    wanted = f"{path}: 2.json has more than the 5 bytes that are read.\n{AGAIN}"
    assert message(lambda: list(read_export(path))) == wanted
