"""The steps that start most often do so on each CPython that is at hand, with modules that are imported late."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pants_strata.library_slice import modules_of, without_prose
from strata.interpreters import compile_modules
from strata.protocol.app_layer import Request
from strata.protocol.interpreter import SandboxInterpreter
from strata.start import program

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
VERBS = ("dependencies-layer", "fetch-debian", "fetch-wheel", "proof")
# Imports what these verbs import, in place of running one; then uses what the standard library imports late.
VERBS_IN_TURN = """
def run_verb(verb, request):
    import strata.fetch.http
    import http.client, io, pathlib, shutil, zipfile
    for each in IMPORTED:
        _imported(each)
    late = [name for name in ("_bz2", "_lzma", "_ssl") if name not in sys.modules]
    http.client.HTTPSConnection("index.example")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            written.writestr(str(method), b"content", method)
    contents = [zipfile.ZipFile(archive).read(str(method)) for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)]
    found = [late, sorted(set(contents)), [name for name in ("_bz2", "_lzma", "_ssl") if name in sys.modules]]
    print(found, pathlib.PureWindowsPath("C:/a/b").name, [kind for kind, *_ in shutil.get_unpack_formats()])
    return 0
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sandbox")
    (folder / ".strata").mkdir()
    (folder / ".strata/program.py").write_text(Path(program.__file__).read_text())
    slices = {path: without_prose(source) for verb in VERBS for path, source in modules_of(verb).items()}
    slices["strata/verbs.py"] += f"IMPORTED = {VERBS}\n{VERBS_IN_TURN}"
    (folder / ".strata/sources.json").write_text(json.dumps(slices))
    return folder


@pytest.fixture(params=VERSIONS)
def python(request: Any) -> str:
    """The program of each version: of pyenv, or on PATH."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = next(map(str, root.glob(f"{request.param}.*/bin/python{request.param}")), None)
    found = found or shutil.which(f"python{request.param}")
    if found is None:
        pytest.skip(f"there is no CPython {request.param} on this machine")
    return found


def test_verbs_start(sandbox: Path, python: str) -> None:
    command = [python, "-I", "-S", "-B", ".strata/program.py", "a-verb", "request.json"]
    done = subprocess.run(command, cwd=sandbox, timeout=60, capture_output=True, text=True)
    late = ["_bz2", "_lzma", "_ssl"]
    formats = ["bztar", "gztar", "tar", "xztar", "zip"]
    found, _, rest = done.stdout.rstrip().rpartition(" b ")
    assert (done.returncode, found) == (0, str([late, [b"content"], late])), done.stderr
    assert [name for name in formats if repr(name) in rest] == formats


def test_bytecode_does_not_depend_on_the_process(python: str, tmp_path: Path) -> None:
    """On a fork of a process that runs the slice's bytecode, on a new process, and with hashes of other seeds."""
    modules = {path: without_prose(source) for path, source in modules_of("app-layer").items()}
    started = Path(program.__file__).read_text()
    digests, said = set(), set()
    for number in range(4):
        folder = tmp_path / str(number)
        write(folder / ".strata", {"program.py": started, "sources.json": json.dumps(modules)})
        write(
            folder / ".strata/strata/interpreters", {"compile_modules.py": Path(compile_modules.__file__).read_text()}
        )
        # The library's own modules, and sets, whose order in bytecode is that of hashes until CPython 3.10.
        sets = [f"def f(x): return x in {{'a{each}', 'b{each}', b'c{each}', 'd {each}'}}\n" for each in range(9)]
        write(folder / "sources", {**modules, "sets.py": "".join(sets)})
        program_name = "program.pyc" if number % 2 else "program.py"
        if program_name == "program.pyc":
            run(python, "program.py", folder, "compile", ".strata")
        interpreter = SandboxInterpreter(write_loader(folder), "lib", python, f"{Path(python).name[len('python') :]}.0")
        request = Request(Path("sources"), interpreter, bytecode=True, compression="gzip")
        (folder / "request.json").write_text(request.to_json())
        said.add(run(python, program_name, folder, "app-layer", "request.json"))
        digests.add(json.loads((folder / "result.json").read_text())["layer"]["digest"])
    assert (len(digests), said) == (1, {""})


def run(python: str, program_name: str, folder: Path, *arguments: str) -> str:
    """Run the program of a process; return what it says to standard error."""
    command = [python, "-I", "-S", "-B", f".strata/{program_name}", *arguments]
    done = subprocess.run(command, cwd=folder, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def write_loader(folder: Path) -> str:
    """Write what stands for a dynamic loader: it takes its options away, and starts what follows."""
    loader = folder / "loader"
    loader.write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    loader.chmod(0o755)
    return str(loader)


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
