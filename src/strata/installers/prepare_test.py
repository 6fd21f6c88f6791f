from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from strata.installers import prepare
from strata.protocol.installers.prepare_installer import Request
from support.interpreters import write_interpreter
from support.venvs.wheels import WheelFile

TAG = "cpython-{}{}".format(*sys.version_info)
FILES = {
    "pip/__init__.py": "",
    "pip/__main__.py": "from pathlib import Path\nprint(Path(__file__).name)\n",
    "pip/template.py": "{{ no Python }}\n",
    "pip/words.txt": "words",
}


def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch, tool: str, *wheels: WheelFile) -> Path:
    folder.mkdir()
    monkeypatch.chdir(folder)
    request = Request(write_interpreter(folder / "python"), tool, tuple(each.write(folder) for each in wheels))
    prepare.run(request)
    (program,) = Path("installer").iterdir()
    return program.absolute()


def test_pip_starts_from_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = prepared(tmp_path / "one", monkeypatch, "pip", WheelFile("pip", files=FILES))
    names = set(zipfile.ZipFile(archive).namelist())
    assert {name for name in names if not name.startswith("pip-1.0.dist-info/")} == {
        *FILES,
        "pip/__init__.pyc",
        "pip/__main__.pyc",
    }
    started = subprocess.run([sys.executable, "-I", f"{archive}/pip"], stdout=subprocess.PIPE, text=True, check=True)
    assert started.stdout == "__main__.pyc\n"


def test_bytecode_is_not_checked_and_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepared(tmp_path / "one", monkeypatch, "pip", WheelFile("pip", files=FILES))
    again = prepared(tmp_path / "two", monkeypatch, "pip", WheelFile("pip", files=FILES))
    assert first.read_bytes() == again.read_bytes()
    assert zipfile.ZipFile(first).read("pip/__main__.pyc")[4:8] == b"\x01\x00\x00\x00"


def test_poetry_has_bytecode_for_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = [WheelFile("poetry", files={"poetry/main.py": ""}), WheelFile("needed", files={"needed.py": ""})]
    names = zipfile.ZipFile(prepared(tmp_path / "one", monkeypatch, "poetry", *wheels)).namelist()
    assert {f"poetry/__pycache__/main.{TAG}.pyc", f"__pycache__/needed.{TAG}.pyc", "needed.py"} < set(names)


def test_uv_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = WheelFile("uv", files={"uv-1.0.data/scripts/uv": "#!/bin/sh\necho uv\n"})
    program = prepared(tmp_path / "one", monkeypatch, "uv", wheel)
    assert subprocess.run([program], stdout=subprocess.PIPE, check=True).stdout == b"uv\n"
