from __future__ import annotations

import json
import os
import py_compile
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from strata.start import program

SOURCES = {
    "strata/__init__.py": "",
    "strata/verbs.py": "def run_verb(verb, request):\n    print(verb, request.name, __file__)\n    return 3\n",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    (tmp_path / ".strata").mkdir()
    (tmp_path / ".strata/program.py").write_text(Path(program.__file__).read_text())
    (tmp_path / ".strata/sources.json").write_text(json.dumps(SOURCES))
    return tmp_path


def start(sandbox: Path, *arguments: str, program: str = "program.py") -> tuple[int, str]:
    command = [sys.executable, "-I", "-S", "-B", f".strata/{program}", *arguments]
    ended = subprocess.run(command, cwd=sandbox, timeout=60, stdout=subprocess.PIPE, text=True)
    # From Python 3.9 on, a program's own path is absolute.
    return ended.returncode, ended.stdout.replace(f"{sandbox}/", "")


RAN = (3, "a-verb request.json .strata/strata/verbs.py\n")


def test_sources(sandbox: Path) -> None:
    assert start(sandbox, "a-verb", "request.json") == RAN


def test_bytecode(sandbox: Path) -> None:
    assert start(sandbox, "compile", ".strata") == (0, "")
    (sandbox / ".strata/sources.json").unlink()
    (sandbox / ".strata/program.py").unlink()
    assert start(sandbox, "a-verb", "request.json", program="program.pyc") == RAN


def test_equal_sources_give_equal_bytecode() -> None:
    assert program.compiled(SOURCES) == program.compiled(dict(reversed(SOURCES.items())))


def test_bytecode_is_kept_beside_the_sandbox(sandbox: Path) -> None:
    (sandbox / ".host").mkdir()
    assert start(sandbox, "a-verb", "request.json") == RAN
    (kept,) = (sandbox / ".host").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    before = kept.stat().st_mtime_ns
    assert start(sandbox, "a-verb", "request.json") == RAN
    assert kept.stat().st_mtime_ns == before


def test_damaged_bytecode_is_made_anew(sandbox: Path) -> None:
    (sandbox / ".host").mkdir()
    start(sandbox, "a-verb", "request.json")
    (kept,) = (sandbox / ".host").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1])
    assert start(sandbox, "a-verb", "request.json") == RAN
    assert kept.read_bytes() == whole


def test_other_sources_have_bytecode_of_their_own(sandbox: Path) -> None:
    (sandbox / ".host").mkdir()
    start(sandbox, "a-verb", "request.json")
    (sandbox / ".strata/sources.json").write_text(json.dumps(SOURCES).replace("return 3", "return 4"))
    assert start(sandbox, "a-verb", "request.json")[0] == 4
    assert len(list((sandbox / ".host").iterdir())) == 2


def test_bytecode_of_a_week_ago_goes_when_new_bytecode_is_kept(sandbox: Path) -> None:
    (sandbox / ".host").mkdir()
    old, young, settings = (sandbox / ".host" / name for name in ("compiled-1", "compiled-2", "settings.json"))
    for file, days in ((old, 8), (young, 6), (settings, 8)):
        file.write_text("")
        os.utime(file, (time.time() - days * 24 * 3600,) * 2)
    assert start(sandbox, "a-verb", "request.json") == RAN
    assert (old.exists(), young.exists(), settings.exists()) == (False, True, True)


def test_a_module_in_an_archive_is_read_once(sandbox: Path) -> None:
    """The standard library of the interpreter artifact lies in one."""
    (sandbox / "empty.py").touch()
    py_compile.compile(
        str(sandbox / "empty.py"),
        str(sandbox / "empty.pyc"),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    names = ["alone.pyc", "package/__init__.pyc", "package/inner.pyc"]
    with zipfile.ZipFile(sandbox / "modules.zip", "w") as archive:
        for name in names:
            archive.write(sandbox / "empty.pyc", name)
    verb = (
        "import sys\n"
        "def run_verb(verb, request):\n"
        "    read = []\n"
        "    sys.addaudithook(lambda event, given: event == 'open' and read.append(given[0]))\n"
        "    sys.path.insert(0, 'modules.zip')\n"
        "    import alone, package.inner\n"
        "    files = [module.__file__ for module in (alone, package, package.inner)]\n"
        "    print(*files, sum(str(path).endswith('modules.zip') for path in read))\n"
        "    return 0\n"
    )
    (sandbox / ".strata/sources.json").write_text(json.dumps({**SOURCES, "strata/verbs.py": verb}))
    files = " ".join(f"modules.zip/{name}" for name in names)
    # Once for the names of its files, and once for each module.
    assert start(sandbox, "a-verb", "request.json") == (0, f"{files} {1 + len(names)}\n")
