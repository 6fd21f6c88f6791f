from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.normal_wheel import Request, Result
from strata.protocol.wheel import Wheel
from strata.wheels.normal_wheel import run
from support.venvs.wheels import WheelFile

WHEEL = WheelFile(
    "tools",
    files={
        "tools/__init__.py": "",
        "tools/greet.py": "def main(): ...\n",
        "tools-1.0.data/scripts/words": "#!python\n",
        "tools-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tools\nVersion: 1.0\nRequires-Dist: six>=1\n",
    },
)

INTERPRETER = SandboxInterpreter("py/ld.so", "py/lib", "py/bin/python3.13", "3.13.5")


def written(monkeypatch: pytest.MonkeyPatch, folder: Path, wheel: WheelFile) -> Result:
    folder.mkdir()
    monkeypatch.chdir(folder)
    wheel.write(folder)
    return run(Request(INTERPRETER, Wheel(wheel.project, wheel.version, Path(wheel.file_name))))


def test_what_is_in_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = written(monkeypatch, tmp_path / "one", WHEEL)
    assert result.requires == ("six>=1",)
    assert result.import_names == ("tools",)
    assert {"tools/__init__.py", "tools/greet.py"} < set(result.files)
    assert not [path for path in result.files if "words" in path]
    normal = tmp_path / "one/files/tools-1.0-py3-none-any.whl"
    assert result.size == normal.stat().st_size
    with zipfile.ZipFile(normal) as archive:
        assert result.file_count == len(archive.namelist())


def test_times_and_order_are_not_in_the_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    turned = replace(WHEEL, files=dict(reversed(WHEEL.files.items())))
    written(monkeypatch, tmp_path / "one", WHEEL)
    written(monkeypatch, tmp_path / "other", turned)
    one, other = (tmp_path / name / "files" / WHEEL.file_name for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_wheel_that_would_write_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        written(monkeypatch, tmp_path / "one", replace(WHEEL, files={**WHEEL.files, "../outside.py": ""}))
    assert "../outside.py" in str(caught.value)
