"""Wheels built from source distributions by each front end: the same bytes, from surroundings that hold nothing."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.locks.installers import TOOLS
from strata.protocol.build_wheel import Request, Result, Sdist
from support.venvs.sandbox import Interpreter
from support.venvs.sdists import OWN_BACKEND, SdistFile

INFO = "demo-1.0.dist-info"


def build(interpreter: Interpreter, tool: str, sdist: SdistFile, sandbox: Path) -> Result:
    sandbox.mkdir(exist_ok=True)
    source = Sdist(sdist.name, "1.0", Path(sdist.write(sandbox).name))
    return interpreter.run(Request(interpreter.in_sandbox(), interpreter.installer(tool), source, ()), sandbox)


def test_the_three_front_ends_make_the_same_bytes(interpreter: Interpreter, tmp_path: Path) -> None:
    sdist = SdistFile.with_backend("demo", "return 'X = 1\\n'")
    wheels = set()
    for tool in TOOLS:
        result = build(interpreter, tool, sdist, tmp_path / tool)
        wheel = (tmp_path / tool / "files" / "demo-1.0-py3-none-any.whl").read_bytes()
        assert result == Result(
            "demo-1.0-py3-none-any.whl", len(wheel), ("six; extra == 'old'",), ("demo",), differing=(), file_count=4
        )
        wheels.add(wheel)
    (wheel,) = wheels
    (tmp_path / "wheel").write_bytes(wheel)
    with zipfile.ZipFile(tmp_path / "wheel") as archive:
        assert [(item.filename, item.date_time, item.external_attr >> 16) for item in archive.infolist()] == [
            (name, (1980, 1, 1, 0, 0, 0), 0o100644)
            for name in (
                "demo-1.0.dist-info/METADATA",
                "demo-1.0.dist-info/WHEEL",
                "demo.py",
                "demo-1.0.dist-info/RECORD",
            )
        ]
        rows = archive.read(f"{INFO}/RECORD").decode().splitlines()
        assert [row.partition(",")[0] for row in rows] == sorted(archive.namelist())


@pytest.mark.parametrize("tool", TOOLS)
def test_a_build_sees_nothing_of_the_machine(
    tool: str, interpreter: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No variable, no program and no network of the machine; the server on loopback is none of the build's."""
    monkeypatch.setenv("MACHINE_NAME", "of this machine")
    with socket.create_server(("127.0.0.1", 0)) as server:
        module = f"""\
import os, shutil, socket
assert "MACHINE_NAME" not in os.environ
assert os.environ["SOURCE_DATE_EPOCH"] == "315532800"
assert os.environ["https_proxy"] == "http://127.0.0.1:9"
assert os.environ["HOME"].startswith(os.path.realpath("../../../")), os.environ["HOME"]
assert shutil.which("env") is None
try:
    socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), timeout=5)
except OSError as error:
    return repr(str(error))
raise AssertionError("there is a network")
"""
        assert build(interpreter, tool, SdistFile.with_backend("demo", module), tmp_path).differing == ()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_build_that_differs_says_so(tool: str, interpreter: Interpreter, tmp_path: Path) -> None:
    sdist = SdistFile.with_backend("demo", "import os\nreturn f'PLACE = {os.getcwd()!r}\\n'")
    assert build(interpreter, tool, sdist, tmp_path).differing == ("demo.py",)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_build_that_needs_a_compiler(tool: str, interpreter: Interpreter, tmp_path: Path) -> None:
    sdist = SdistFile.with_backend("demo", "import subprocess\nsubprocess.run(['gcc', 'demo.c'], check=True)")
    with pytest.raises(StrataError) as caught:
        build(interpreter, tool, sdist, tmp_path)
    assert caught.value.happened == (
        "demo 1.0 cannot be built: its build needs a compiler, and there is none beside the interpreter."
    )
    assert caught.value.found[0] == "the build started gcc"
    assert caught.value.fix == (
        "lock a version that has a wheel for this platform, or build one elsewhere with `pip wheel` and put it into an "
        "index or a find-links folder."
    )


def test_a_compiler_that_can_be_done_without(interpreter: Interpreter, tmp_path: Path) -> None:
    sdist = SdistFile.with_backend(
        "demo", "import subprocess\nreturn f\"CODE = {subprocess.run(['cc']).returncode}\\n\""
    )
    assert build(interpreter, "pip", sdist, tmp_path).differing == ()
    with zipfile.ZipFile(tmp_path / "files" / "demo-1.0-py3-none-any.whl") as archive:
        assert archive.read("demo.py") == b"CODE = 127\n"


@pytest.mark.parametrize("tool", TOOLS)
def test_a_build_without_its_requirements(tool: str, interpreter: Interpreter, tmp_path: Path) -> None:
    sdist = SdistFile(
        "demo", {"pyproject.toml": OWN_BACKEND.replace("[]", '["setuptools"]').partition("backend-path")[0]}
    )
    with pytest.raises(StrataError) as caught:
        build(interpreter, tool, sdist, tmp_path)
    assert caught.value.happened == f"{tool} could not build a wheel of demo 1.0."
    assert caught.value.found[0] == "build requirements: none, as `build_lockfile` is not set"
    assert caught.value.fix == (
        "name a `build_lockfile` with all that `[build-system].requires` in the project's pyproject.toml asks for, "
        "setuptools where there is none, or lock a version that has a wheel. A build has no network."
    )
