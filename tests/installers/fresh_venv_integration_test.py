"""Layers have what `pip install` puts into a fresh venv: compared file by file, with wheels that break tools.

The differences that strata.wheels.installed_form documents are asserted exactly.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.locks.installers import TOOLS
from strata.protocol import proof, venv_layer
from strata.protocol.dependencies_layer import Result
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.wheel import Wheel
from support.oci.layers import blob_of
from support.venvs.difficult import WHEELS
from support.venvs.sandbox import Interpreter, contained
from support.venvs.trees import File, read_layer, read_tree
from support.venvs.wheels import WheelFile

SITE = "lib/python3.13/site-packages"
ENTRY_POINTS = {f"bin/{name}" for name in ("dotted", "extras", "both", "a.b-c_d", "window", "contest")}
FROM_WINDOWS = {f"bin/{name}" for name in ("with-python", "with-pythonw", "with-options", "binary", "empty")}


# Wheels that have different files for a path share a layer.
TOGETHER = [wheel for wheel in WHEELS if wheel.name.startswith("contest")]
GROUPS = [TOGETHER, *([wheel] for wheel in WHEELS if wheel not in TOGETHER)]


@dataclass(frozen=True)
class Venvs:
    """The same wheels installed: by pip into the `fresh` venv, before and after, and as layers of their own.

    `layers` are the blobs, lowest first, `results` those of the wheels' layers, and `tree` is what all of them have.
    """

    interpreter: Interpreter
    folder: Path
    before: Mapping[str, File]
    after: Mapping[str, File]
    results: Sequence[Result]
    layers: Sequence[Path]
    tree: Mapping[str, File]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for wheel in WHEELS:
        wheel.write(folder)
    return folder


def write_layers(interpreter: Interpreter, wheels: Path, folder: Path) -> tuple[list[Result], list[Path]]:
    """The results for the wheels in their groups, and the blobs: those of the results, and last the venv's own."""
    results, blobs = [], []
    for number, group in enumerate(GROUPS):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / "wheels").symlink_to(wheels)
        results.append(interpreter.layer(group, folder / str(number)))
        blobs.append(blob_of(results[-1].layer, folder / str(number)))
    own = interpreter.run(venv_layer.Request("3.13", "/usr/bin/python3.13", "gzip"), folder / "venv")
    return results, [*blobs, blob_of(own.layer, folder / "venv")]


@pytest.fixture(scope="module")
def venvs(interpreter: Interpreter, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Venvs:
    folder = tmp_path_factory.mktemp("venvs")
    results, layers = write_layers(interpreter, wheels, folder / "layers")
    tree: dict[str, File] = {}
    for layer in layers:
        for path, file in read_layer(layer).items():
            assert tree.setdefault(path, file) == file
    fresh = folder / "fresh"
    fresh.mkdir()
    assert contained(interpreter, fresh, "/usr/bin/python3.13", "-m", "venv", "/opt/venv").code == 0
    before = read_tree(fresh)
    names = [wheel.project for wheel in WHEELS]
    ran = contained(
        interpreter, fresh, "/opt/venv/bin/python", "-m", "pip", "--isolated", "install", "--no-index", "--no-deps",
        "--find-links", "/wheels", *names, wheels=wheels,
    )  # fmt: skip
    assert ran.code == 0, ran
    return Venvs(interpreter, folder, before, read_tree(fresh), results, layers, tree)


def record_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def is_bytecode(path: str) -> bool:
    return "__pycache__" in path.split("/")


# Each tool installs what the layers have, and so does pip


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_installs_the_wheels_as_they_are(
    tool: str, interpreter: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    (tmp_path / "wheels").symlink_to(wheels)
    assert interpreter.prove(tool, WHEELS, tmp_path) == proof.Result()
    assert not (tmp_path / "blobs").exists()


STAND_IN = """\
import sys, sysconfig, urllib.parse, zipfile
from pathlib import Path
site = sysconfig.get_path("purelib")
_, _, wheel = Path(sys.argv[-1]).read_text().strip().partition("file://")
zipfile.ZipFile(urllib.parse.unquote(wheel)).extractall(site)
Path(site, "module.py").write_text("X = 2\\n")
"""


def refusal(stand_in: str, interpreter: Interpreter, folder: Path) -> str:
    """Return the error of a proof by another program in the place of pip."""
    pip, wheel = WheelFile("pip", files={"pip/__main__.py": stand_in}), WheelFile("one", files={"module.py": "X = 1\n"})
    installer = SandboxInstaller("pip", Path(pip.write(folder).name))
    wheels = (Wheel("one", "1.0", Path(wheel.write(folder).name)),)
    with pytest.raises(StrataError) as caught:
        interpreter.run(proof.Request(interpreter.in_sandbox(), installer, "x86_64", wheels), folder)
    return str(caught.value)


def test_pip_finds_no_programs_of_the_machine(interpreter: Interpreter, tmp_path: Path) -> None:
    stand_in = "import shutil, sys; sys.exit(str([shutil.which('sh'), shutil.which('ls')]))"
    assert refusal(stand_in, interpreter, tmp_path) == (
        "pip could not install the locked wheels.\n"
        "Found:\n  [None, None]\n"
        "Fix: the wheels are those of the lock: lock versions that install, or report what is wrong with the wheel."
    )


def test_an_installer_that_installs_something_else_is_found_out(interpreter: Interpreter, tmp_path: Path) -> None:
    assert refusal(STAND_IN, interpreter, tmp_path) == (
        "The installer installed module.py with other content than one-1.0-py3-none-any.whl has.\n"
        "Fix: this is a defect of the installer or of Strata: report it, and use another version of the installer."
    )


def test_the_fresh_venv_differs_as_is_documented(venvs: Venvs) -> None:
    own = {path: file for path, file in venvs.tree.items() if path in venvs.before}
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
    ours = {path: file for path, file in venvs.tree.items() if path not in venvs.before and not is_bytecode(path)}
    assert sorted(ours) == sorted(expected)
    assert {path for path, file in ours.items() if file.mode != expected[path].mode} == FROM_WINDOWS
    differing = {path for path, file in ours.items() if file.content != expected[path].content}
    rewritten = {path for path in ours if os.path.basename(path) in ("INSTALLER", "RECORD")} | ENTRY_POINTS
    # Of the contested files, pip may have installed the last one's last, by chance.
    assert differing - {f"{SITE}/contest.py"} == rewritten


def test_what_is_compiled_is_what_pip_compiles(venvs: Venvs) -> None:
    theirs = {path for path in venvs.after if path not in venvs.before and is_bytecode(path)}
    ours = {path for path in venvs.tree if is_bytecode(path)}
    outside = {path for path in theirs if not path.startswith(f"{SITE}/")}
    assert outside == {
        "bin/__pycache__",
        "bin/__pycache__/script.cpython-313.pyc",
        "share/__pycache__",
        "share/__pycache__/module.cpython-313.pyc",
    }
    assert theirs - outside - ours == {f"{SITE}/modes/__pycache__/stale.cpython-313.pyc"}
    assert ours - theirs == set()
    assert f"{SITE}/templates/__pycache__/warns.cpython-313.pyc" in ours
    assert f"{SITE}/templates/__pycache__/old.cpython-313.pyc" not in ours


def test_records_list_what_there_is(venvs: Venvs) -> None:
    layer = venvs.tree
    listed: list[str] = []
    for info in (f"{SITE}/{wheel.info}" for wheel in WHEELS):
        rows = record_rows(layer[f"{info}/RECORD"].content)
        assert rows == sorted(rows)
        assert layer[f"{info}/INSTALLER"].content == b"strata\n"
        for path, digest, size in rows:
            found = os.path.normpath(f"{SITE}/{path}")
            listed.append(found)
            if found == f"{info}/RECORD" or is_bytecode(found):
                assert (digest, size) == ("", "")
                continue
            content = layer[found].content
            assert int(size) == len(content)
            encoded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert digest == f"sha256={encoded}"
    own = {"pyvenv.cfg", "bin/python", "bin/python3", "bin/python3.13", "lib64"}
    assert set(listed) == {path for path, file in layer.items() if not file.mode.startswith("d")} - own
    shared = {f"{SITE}/legacy/__init__.py", f"{SITE}/contest.py", "bin/contest"}
    shared |= {f"{SITE}/{cached}.cpython-313.pyc" for cached in ("legacy/__pycache__/__init__", "__pycache__/contest")}
    assert {path for path in listed if listed.count(path) > 1} == shared


def test_of_contested_files_the_last_name_wins_and_it_is_said(venvs: Venvs) -> None:
    assert venvs.tree[f"{SITE}/contest.py"].content == b"WINNER = 2\n"
    assert b"contest_two" in venvs.tree["bin/contest"].content
    described = {name: each for result in venvs.results for name, each in result.distributions.items()}
    found: dict[str, set[str]] = {}
    for each in described.values():
        for path, content in each.files.items():
            found.setdefault(path, set()).add(content)
    assert {path for path, contents in found.items() if len(contents) > 1} == {f"{SITE}/contest.py", "bin/contest"}


def test_the_same_layers_come_from_another_place(venvs: Venvs, wheels: Path, tmp_path: Path) -> None:
    results, _ = write_layers(venvs.interpreter, wheels, tmp_path / "another place" / "further down")
    assert results == venvs.results


# It works


@pytest.fixture(scope="module")
def unpacked(venvs: Venvs) -> Path:
    for layer in venvs.layers:
        with tarfile.open(layer) as archive:
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


COMPARE_BYTECODE = """\
import importlib.util, marshal
from pathlib import Path
found = sorted(Path("/opt/venv").rglob("__pycache__/*"))
for path in found:
    content, source = path.read_bytes(), Path(importlib.util.source_from_cache(str(path)))
    assert content[:8] == importlib.util.MAGIC_NUMBER + bytes([1, 0, 0, 0]), path
    assert content[8:16] == importlib.util.source_hash(source.read_bytes()), path
    code = marshal.loads(content[16:])
    assert code.co_filename == str(source), path
    assert code == compile(source.read_bytes(), str(source), "exec", dont_inherit=True), path
print(len(found))
"""


def test_bytecode_is_that_of_its_source(venvs: Venvs, unpacked: Path) -> None:
    ran = contained(venvs.interpreter, unpacked, "python", "-W", "ignore", "-c", COMPARE_BYTECODE, mode="ro")
    assert int(ran.output) == len([path for path in venvs.tree if path.endswith(".pyc") and is_bytecode(path)])


def test_imports_use_the_bytecode(venvs: Venvs, unpacked: Path) -> None:
    ran = contained(venvs.interpreter, unpacked, "python", "-v", "-c", "import data_pure, templates.warns", mode="ro")
    assert ran.code == 0
    for cached in ("__pycache__/data_pure", "templates/__pycache__/warns"):
        assert f"# code object from '/opt/venv/{SITE}/{cached}.cpython-313.pyc'" in ran.stderr
    assert "SyntaxWarning" not in ran.stderr
