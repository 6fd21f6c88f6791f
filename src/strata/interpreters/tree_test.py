from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.interpreters import tree
from strata.protocol.interpreter_tree import Request
from support.debian_packages import Member, symlink
from support.interpreters import (
    LIBRARY,
    OS_MODULE,
    PACKAGED,
    PATHS,
    VERSION,
    write_interpreter,
    write_interpreter_package,
)


def request(members: Sequence[Member] = PACKAGED) -> Request:
    return Request(write_interpreter_package(members), "linux/amd64", VERSION)


def tree_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tree.run(request())
    return tmp_path / "python"


def test_the_tree_holds_what_running_python_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree_of(tmp_path, monkeypatch)
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if not path.is_dir()}
    assert {name: f"{path.lstat().st_mode:o}" for name, path in files.items()} == {
        PATHS.python: "100755",
        PATHS.loader: "100755",
        PATHS.zipped_library: "100644",
        f"{LIBRARY}/os.py": "100644",
        f"{LIBRARY}/lib-dynload/_ssl.cpython.so": "100644",
        f"{PATHS.library_path}/libx.so.1": "120777",
        f"{PATHS.library_path}/libx.so.1.2": "100644",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["python", "python.deb"]


def test_modules_are_compiled_for_their_place_in_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree_of(tmp_path, monkeypatch)
    with zipfile.ZipFile(root / PATHS.zipped_library) as archive:
        assert archive.namelist() == ["_config.pyc", "json/__init__.pyc", "os.pyc"]
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        compiled = archive.read("os.pyc")
    # PEP 552: a hash of the source that is not checked against it.
    assert compiled[4:8] == b"\x01\0\0\0"
    assert compiled[8:16] == importlib.util.source_hash(OS_MODULE)
    assert f"/{LIBRARY}/os.py".encode() in compiled
    assert str(tmp_path).encode() not in compiled


def test_the_archive_is_importable_and_the_same_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        trees.append(tree_of(tmp_path / name, monkeypatch))
    first, second = (root / PATHS.zipped_library for root in trees)
    assert first.read_bytes() == second.read_bytes()
    code = f"import sys; sys.path.insert(0, {str(first)!r}); import _config; print(_config.name)"
    assert subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True).stdout == b"posix\n"


def test_the_interpreter_of_another_processor_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tree_of(tmp_path, monkeypatch).rename(tmp_path / "here")
    (loader,) = (member for member in PACKAGED if member.name == f"./{PATHS.loader}")
    others = [member for member in PACKAGED if member is not loader]
    foreign = request([*others, replace(loader, contents=b"\x7fELF for another processor")])
    tree.run(replace(foreign, compiler=write_interpreter(tmp_path / "compiler")))
    libraries = [(root / PATHS.zipped_library).read_bytes() for root in (here, tmp_path / "python")]
    assert libraries[0] == libraries[1]


def test_a_loader_that_is_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (loader,) = (member for member in PACKAGED if member.name == f"./{PATHS.loader}")
    others = [member for member in PACKAGED if member is not loader]
    versioned = f"{PATHS.library_path}/ld-2.31.so"
    tree.run(request([*others, replace(loader, name=versioned), symlink(PATHS.loader, "ld-2.31.so")]))
    assert f"{(tmp_path / 'python' / versioned).lstat().st_mode:o}" == "100755"
    assert (tmp_path / "python" / PATHS.loader).readlink() == Path("ld-2.31.so")


def test_packages_without_an_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StrataError) as caught:
        tree.run(request(PACKAGED[1:]))
    assert str(caught.value) == (
        f"The packages of the interpreter contain no '{PATHS.python}'.\n"
        "Fix: check that the target's version is the one that its lock was made for, and make the lock again."
    )
