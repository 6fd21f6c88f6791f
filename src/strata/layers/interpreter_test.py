"""The interpreter's tree and layer, with a stand-in: a loader that starts the Python which runs the test."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.interpreters import tree
from strata.interpreters.paths import interpreter_below, interpreter_paths
from strata.layers import interpreter
from strata.protocol import interpreter_layer, interpreter_tree
from strata.protocol.package import Package
from support.debian_packages import Member, directory, symlink, write_deb
from support.interpreters import STAND_IN_LOADER
from support.layers import blob_of

VERSION = "{}.{}.{}".format(*sys.version_info)
PATHS = interpreter_paths("linux/amd64", VERSION)
LIBRARY = PATHS.standard_library

OS_MODULE = b"name = 'posix'\n"

MEMBERS = [
    Member(f"./{PATHS.python}", b"ELF", mode=0o755),
    Member(f"./{PATHS.loader}", STAND_IN_LOADER.encode(), mode=0o755),
    Member(f"./{PATHS.library_path}/libx.so.1.2", b"library"),
    symlink(f"./{PATHS.library_path}/libx.so.1", "libx.so.1.2"),
    symlink(f"./{PATHS.library_path}/liby.so.1", "../../../etc/liby.so.1"),
    Member(f"./{PATHS.library_path}/gconv/ARMSCII-8.so"),
    directory(f"./{LIBRARY}/json"),
    Member(f"./{LIBRARY}/os.py", OS_MODULE),
    Member(f"./{LIBRARY}/json/__init__.py", b"import os\n"),
    symlink(f"./{LIBRARY}/_config.py", "os.py"),
    symlink(f"./{LIBRARY}/sitecustomize.py", f"/{LIBRARY.replace('usr/lib', 'etc')}/sitecustomize.py"),
    Member(f"./{LIBRARY.replace('usr/lib', 'etc')}/sitecustomize.py"),
    Member(f"./{LIBRARY}/test/support.py", b"not Python ("),
    Member(f"./{LIBRARY}/ensurepip/__init__.py"),
    Member(f"./{LIBRARY}/lib-dynload/_ssl.cpython.so", b"extension"),
    Member(f"./{LIBRARY}/lib-dynload/_testcapi.cpython.so"),
    Member("./usr/share/python-wheels/pip-25.1.1-py3-none-any.whl", b"wheel"),
    Member("./usr/share/doc/python/README"),
]


def packages(tmp_path: Path, members: list[Member]) -> tuple[Package, ...]:
    write_deb(tmp_path / "python.deb", members, name="python")
    return (Package("python", "1.0", Path("python.deb")),)


def request(tmp_path: Path, members: list[Member]) -> interpreter_tree.Request:
    return interpreter_tree.Request(packages(tmp_path, members), "linux/amd64", VERSION)


def tree_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tree.run(request(tmp_path, MEMBERS))
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


def test_packages_without_an_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StrataError) as caught:
        tree.run(request(tmp_path, MEMBERS[1:]))
    assert str(caught.value) == (
        f"The packages of the interpreter contain no '{PATHS.python}'.\n"
        "Fix: check that the target's version is the one that its lock was made for, and make the lock again."
    )


def test_the_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree_of(tmp_path, monkeypatch)
    feature = "{}.{}".format(*sys.version_info)
    tag = sys.implementation.cache_tag
    compiler = interpreter_below(str(root), "linux/amd64", VERSION)
    result = interpreter.run(
        interpreter_layer.Request(
            packages(tmp_path, MEMBERS), VERSION, compiler, installer_hint=False, compression="gzip"
        )
    )
    assert result.layer.contents == {
        "kind": "interpreter",
        "version": VERSION,
        "packages": {"python": "1.0"},
        "installers": [
            {
                "path": "usr/share/python-wheels/pip-25.1.1-py3-none-any.whl",
                "project": "pip",
                "kind": "wheel",
                "version": "25.1.1",
            }
        ],
        "format": 2,
    }
    with tarfile.open(blob_of(result.layer)) as layer:
        listing = [
            f"{member.mode:04o} {member.name}{' → ' + member.linkname if member.linkname else ''}"
            for member in layer
            if not member.isdir()
        ]
    assert listing == sorted(
        [
            f"0755 {PATHS.python}",
            f"0777 usr/bin/python3 → python{feature}",
            f"0755 {PATHS.loader}",
            f"0777 {PATHS.library_path}/libx.so.1 → libx.so.1.2",
            f"0644 {PATHS.library_path}/libx.so.1.2",
            f"0777 {PATHS.library_path}/liby.so.1 → ../../../etc/liby.so.1",
            f"0644 {PATHS.library_path}/gconv/ARMSCII-8.so",
            f"0644 {LIBRARY}/os.py",
            f"0644 {LIBRARY}/__pycache__/os.{tag}.pyc",
            f"0777 {LIBRARY}/_config.py → os.py",
            f"0644 {LIBRARY}/__pycache__/_config.{tag}.pyc",
            f"0644 {LIBRARY}/json/__init__.py",
            f"0644 {LIBRARY}/json/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/ensurepip/__init__.py",
            f"0644 {LIBRARY}/ensurepip/__pycache__/__init__.{tag}.pyc",
            f"0644 {LIBRARY}/lib-dynload/_ssl.cpython.so",
            "0644 usr/share/python-wheels/pip-25.1.1-py3-none-any.whl",
            "0644 var/lib/dpkg/status.d/python",
            "0644 var/lib/dpkg/status.d/python.md5sums",
        ],
        key=lambda line: line.split()[1],
    )
