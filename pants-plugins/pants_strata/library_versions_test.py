"""The steps that start most often do so on each CPython that is at hand, with modules that are imported late."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Optional

import pytest

from pants_strata.library_slice import modules_of, without_prose
from strata.start import program

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
VERBS = ("dependencies-layer", "fetch-debian", "fetch-wheel", "proof")
# Imports what these verbs import, in place of running one; then uses what the standard library imports late.
VERBS_IN_TURN = """
def run_verb(verb, request):
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


def python(version: str) -> Optional[str]:
    """Return the program of that version: of pyenv, or on PATH."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    return next(map(str, root.glob(f"{version}.*/bin/python{version}")), shutil.which(f"python{version}"))


@pytest.mark.parametrize("version", VERSIONS)
def test_verbs_start(sandbox: Path, version: str) -> None:
    program = python(version)
    if program is None:
        pytest.skip(f"there is no CPython {version} on this machine")
    command = [program, "-I", "-S", "-B", ".strata/program.py", "a-verb", "request.json"]
    done = subprocess.run(command, cwd=sandbox, timeout=60, capture_output=True, text=True)
    late = ["_bz2", "_lzma", "_ssl"]
    formats = ["bztar", "gztar", "tar", "xztar", "zip"]
    found, _, rest = done.stdout.rstrip().rpartition(" b ")
    assert (done.returncode, found) == (0, str([late, [b"content"], late])), done.stderr
    assert [name for name in formats if repr(name) in rest] == formats
