"""The layer of an app, made on the interpreter that runs the app: its bytecode serves there, wherever it was made."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from support.venvs.sandbox import Interpreter
from support.venvs.trees import layer_path

SOURCES = {
    "main.py": "import lib.colours\nprint(lib.colours.names.__code__.co_filename)\n",
    "lib/colours.py": "NAMES = frozenset({'red', 'green', 'blue'})\ndef names(): return sorted(NAMES)\n",
    "lib/template.py": "{% for each in all %}\n",
}


def write_layer(interpreter: Interpreter, sandbox: Path, **fields: Any) -> Any:
    for name, text in SOURCES.items():
        path = sandbox / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    request = {"root": "sources", "python": "3.13", "bytecode": True, "compression": "gzip", **fields}
    return interpreter.run("app-layer", request, sandbox)


@pytest.fixture
def app(interpreter: Interpreter, tmp_path: Path) -> Path:
    """The unpacked layer."""
    with tarfile.open(layer_path(tmp_path / "sandbox", write_layer(interpreter, tmp_path / "sandbox"))) as layer:
        layer.extractall(tmp_path / "root")  # noqa: S202
    return tmp_path / "root" / "app"


def run(interpreter: Interpreter, app: Path) -> str:
    """What the app prints, and what Python says of its imports."""
    fields = interpreter.fields()
    command = [fields["loader"], "--inhibit-cache", "--library-path", fields["library_path"], fields["python"]]
    start = f"import sys; sys.path.append({str(app)!r}); import main"
    sandbox = app.parents[1] / "sandbox"
    done = subprocess.run([*command, "-I", "-B", "-v", "-c", start], cwd=sandbox, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_imports_use_the_bytecode(interpreter: Interpreter, app: Path) -> None:
    cached = [path.relative_to(app).as_posix() for path in sorted(app.rglob("*.pyc"))]
    assert cached == ["__pycache__/main.cpython-313.pyc", "lib/__pycache__/colours.cpython-313.pyc"]
    said = run(interpreter, app)
    assert "/app/lib/colours.py\n" in said
    for path in cached:
        assert f"# code object from '{app / path}'" in said


@pytest.mark.parametrize("bytecode", [True, False])
def test_the_same_layer_comes_from_another_place(interpreter: Interpreter, tmp_path: Path, bytecode: bool) -> None:
    (tmp_path / "another place").mkdir()
    first = write_layer(interpreter, tmp_path / "one", bytecode=bytecode)
    assert write_layer(interpreter, tmp_path / "another place" / "two", bytecode=bytecode) == first
    assert first["contents"]["bytecode"] is bytecode


def test_the_interpreter_can_compress_with_zstd(interpreter: Interpreter, tmp_path: Path) -> None:
    """Its packages have the library: nothing else may be taken in its place."""
    first = write_layer(interpreter, tmp_path / "gzip")
    other = write_layer(interpreter, tmp_path / "zstd", compression="zstd")
    assert other["diffId"] == first["diffId"]
    assert other["mediaType"] == "application/vnd.oci.image.layer.v1.tar+zstd"
