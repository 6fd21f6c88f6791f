"""The layer of an app, made on the interpreter that runs the app: its bytecode serves there, wherever it was made."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from strata.oci.descriptor import LAYER_ZSTD
from strata.protocol.app_layer import Request
from strata.protocol.layer import Compression, WrittenLayer
from support.oci.layers import blob_of
from support.venvs.sandbox import Interpreter

SOURCES = {
    "main.py": "import lib.colours\nprint(lib.colours.names.__code__.co_filename)\n",
    "lib/colours.py": "NAMES = frozenset({'red', 'green', 'blue'})\ndef names(): return sorted(NAMES)\n",
    "lib/template.py": "{% for each in all %}\n",
}


def write_layer(
    interpreter: Interpreter, sandbox: Path, *, bytecode: bool = True, compression: Compression = "gzip"
) -> WrittenLayer:
    for name, text in SOURCES.items():
        path = sandbox / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    request = Request(Path("sources"), interpreter.in_sandbox(), bytecode, compression)
    return interpreter.run(request, sandbox).layer


@pytest.fixture
def app(interpreter: Interpreter, tmp_path: Path) -> Path:
    """The unpacked layer."""
    with tarfile.open(blob_of(write_layer(interpreter, tmp_path / "sandbox"), tmp_path / "sandbox")) as layer:
        layer.extractall(tmp_path / "root")  # noqa: S202
    return tmp_path / "root" / "app"


def run(interpreter: Interpreter, app: Path) -> str:
    """What the app prints, and what Python says of its imports."""
    start = f"import sys; sys.path.append({str(app)!r}); import main"
    sandbox = app.parents[1] / "sandbox"
    done = subprocess.run(
        [*interpreter.in_sandbox().command(), "-I", "-B", "-v", "-c", start],
        cwd=sandbox,
        capture_output=True,
        text=True,
    )
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
    assert first.contents["bytecode"] is bytecode


def test_the_interpreter_can_compress_with_zstd(interpreter: Interpreter, tmp_path: Path) -> None:
    """Its packages have the library: nothing else may be taken in its place."""
    first = write_layer(interpreter, tmp_path / "gzip")
    other = write_layer(interpreter, tmp_path / "zstd", compression="zstd")
    assert other.diff_id == first.diff_id
    assert other.media_type == LAYER_ZSTD
