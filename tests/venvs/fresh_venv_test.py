"""A venv has what `pip install` puts into a fresh one: compared file by file, with wheels that break tools.

The differences that strata.venv.distribution documents are asserted exactly.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.plan.installers import TOOLS
from venvs.difficult import WHEELS
from venvs.sandbox import Interpreter, contained
from venvs.trees import File, layer_path, read_layer, read_tree

SITE = "lib/python3.13/site-packages"
ENTRY_POINTS = {f"bin/{name}" for name in ("dotted", "extras", "both", "a.b-c_d", "window", "contest")}
FROM_WINDOWS = {f"bin/{name}" for name in ("with-python", "with-pythonw", "with-options", "binary", "empty")}


@dataclass(frozen=True)
class Venvs:
    """The same wheels installed: by pip into the `fresh` venv, before and after, and by each tool into a layer."""

    interpreter: Interpreter
    folder: Path
    before: Mapping[str, File]
    after: Mapping[str, File]
    results: Mapping[str, Any]

    @property
    def layer(self) -> Mapping[str, File]:
        return read_layer(self.folder / "pip", self.results["pip"])


@pytest.fixture(scope="module")
def venvs(interpreter: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Venvs:
    folder = tmp_path_factory.mktemp("venvs")
    results = {}
    for tool in TOOLS:
        (folder / tool / "wheels").mkdir(parents=True)
        for wheel in WHEELS:
            wheel.write(folder / tool / "wheels")
        results[tool] = interpreter.install(tool, WHEELS, folder / tool)
    fresh = folder / "fresh"
    fresh.mkdir()
    assert contained(interpreter, fresh, "/usr/bin/python3.13", "-m", "venv", "/opt/venv").code == 0
    before = read_tree(fresh)
    names = [wheel.project for wheel in WHEELS]
    ran = contained(
        interpreter, fresh, "/opt/venv/bin/python", "-m", "pip", "--isolated", "install", "--no-index", "--no-deps",
        "--find-links", "/wheels", *names, wheels=folder / "pip" / "wheels",
    )  # fmt: skip
    assert ran.code == 0, ran
    return Venvs(interpreter, folder, before, read_tree(fresh), results)


def record_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def is_bytecode(path: str) -> bool:
    return "__pycache__" in path.split("/")


# The same from each tool, and the same as from pip


def test_the_three_tools_give_one_digest(venvs: Venvs) -> None:
    assert {result["digest"] for result in venvs.results.values()} == {venvs.results["pip"]["digest"]}
    assert len({json.dumps(result, sort_keys=True) for result in venvs.results.values()}) == 1


def test_the_fresh_venv_differs_as_is_documented(venvs: Venvs) -> None:
    own = {path: file for path, file in venvs.layer.items() if path in venvs.before}
    left_out = set(venvs.before) - set(own)
    pip = {path for path in left_out if path.startswith((f"{SITE}/pip", "bin/pip"))}
    activation = {f"bin/{name}" for name in ("activate", "activate.csh", "activate.fish", "Activate.ps1")}
    assert left_out - pip - activation == {".gitignore", "include/python3.13"}
    differing = {path for path, file in own.items() if file != venvs.before[path]}
    assert differing == {"pyvenv.cfg", "bin/python", "bin/python3.13", "bin/python3"}
    keys = {line.partition(" = ")[0]: line for line in venvs.before["pyvenv.cfg"].content.decode().splitlines()}
    ours = {line.partition(" = ")[0]: line for line in own["pyvenv.cfg"].content.decode().splitlines()}
    assert set(keys) - set(ours) == {"executable", "command"}
    assert {key for key in ours if ours[key] != keys[key]} == {"version"}


def test_what_is_installed_is_what_pip_installs(venvs: Venvs) -> None:
    left_out = ("REQUESTED", "RECORD.jws", "RECORD.p7s")
    expected = {
        path: file
        for path, file in venvs.after.items()
        if path not in venvs.before and not is_bytecode(path) and os.path.basename(path) not in left_out
    }
    ours = {path: file for path, file in venvs.layer.items() if path not in venvs.before}
    assert sorted(ours) == sorted(expected)
    assert {path for path, file in ours.items() if file.mode != expected[path].mode} == FROM_WINDOWS
    differing = {path for path, file in ours.items() if file.content != expected[path].content}
    rewritten = {path for path in ours if os.path.basename(path) in ("INSTALLER", "RECORD")} | ENTRY_POINTS
    # Of the contested files, pip may have installed the last one's last, by chance.
    assert differing - {f"{SITE}/contest.py"} == rewritten


def test_records_list_what_there_is(venvs: Venvs) -> None:
    layer = venvs.layer
    listed: list[str] = []
    for info in (f"{SITE}/{wheel.info}" for wheel in WHEELS):
        rows = record_rows(layer[f"{info}/RECORD"].content)
        assert rows == sorted(rows)
        assert layer[f"{info}/INSTALLER"].content == b"strata\n"
        for path, digest, size in rows:
            found = os.path.normpath(f"{SITE}/{path}")
            listed.append(found)
            if found == f"{info}/RECORD":
                assert (digest, size) == ("", "")
                continue
            content = layer[found].content
            assert int(size) == len(content)
            encoded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert digest == f"sha256={encoded}"
    own = {"pyvenv.cfg", "bin/python", "bin/python3", "bin/python3.13", "lib64"}
    assert set(listed) == {path for path, file in layer.items() if not file.mode.startswith("d")} - own
    shared = {f"{SITE}/legacy/__init__.py", f"{SITE}/contest.py", "bin/contest"}
    assert {path for path in listed if listed.count(path) > 1} == shared


def test_of_contested_files_the_last_name_wins_and_it_is_said(venvs: Venvs) -> None:
    assert venvs.layer[f"{SITE}/contest.py"].content == b"WINNER = 2\n"
    assert b"contest_two" in venvs.layer["bin/contest"].content
    both = ["contest_one-1.0-py3-none-any.whl", "contest_two-1.0-py3-none-any.whl"]
    assert venvs.results["pip"]["overlaps"] == {f"{SITE}/contest.py": both, "bin/contest": both}


# It works


@pytest.fixture(scope="module")
def unpacked(venvs: Venvs) -> Path:
    with tarfile.open(layer_path(venvs.folder / "pip", venvs.results["pip"])) as archive:
        archive.extractall(venvs.folder / "unpacked")  # noqa: S202
    return venvs.folder / "unpacked" / "opt" / "venv"


@pytest.mark.parametrize(
    "command",
    ["dotted", "extras", "both", "a.b-c_d", "window", "with-python", "with-pythonw", "with-options"],
)
def test_commands_do_what_those_of_pip_do(command: str, venvs: Venvs, unpacked: Path) -> None:
    fresh = venvs.folder / "fresh"
    if f"bin/{command}" in FROM_WINDOWS:
        (fresh / "bin" / command).chmod(0o755)
    ran = contained(venvs.interpreter, unpacked, command, "argument")
    assert ran.stdout
    assert ran == contained(venvs.interpreter, fresh, command, "argument")


def test_modules_are_found_as_in_the_venv_of_pip(venvs: Venvs, unpacked: Path) -> None:
    code = (
        "import sys, space.one, space.two, legacy.one, legacy.two, data_pure, data_plat, data_top, upper_case\n"
        "from importlib import metadata\n"
        "import names.文字.ファイル, sysconfig\n"
        "print(sys.prefix, sys.base_prefix, sys.path, sys.names_was_here, sysconfig.get_path('purelib'))\n"
        "print(list(space.__path__), list(legacy.__path__))\n"
        "for each in sorted(metadata.distributions(), key=lambda each: each.name):\n"
        "    if each.name != 'pip':\n"
        "        print(each.name, each.version, [str(file) for file in each.entry_points])\n"
    )
    python = "/opt/venv/bin/python"
    ran = contained(venvs.interpreter, unpacked, python, "-c", code)
    assert ran.output == contained(venvs.interpreter, venvs.folder / "fresh", python, "-c", code).output
