"""The interpreter from the real packages of the machine's Debian mirror, the same bytes whoever unpacked it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

import strata.verbs
from strata.debian.apt_sources import apt_mirrors
from strata.debian.closure import resolve_closure
from strata.debian.defaults import COMPONENTS, EXCLUDED, SUITES, interpreter_roots
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import LockedPackage
from strata.fetch import debian, debian_index
from strata.interpreters import tree as interpreter_tree
from strata.interpreters.debian_versions import python_version
from strata.interpreters.paths import interpreter_below, interpreter_paths
from strata.protocol import fetch_debian, fetch_debian_index
from strata.protocol.interpreter_tree import Request
from strata.protocol.package import Package
from support.programs import require

PLATFORM = "linux/amd64"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@pytest.fixture(scope="module")
def request_of_tree(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """The request of the verb, with the packages that the mirror holds today."""
    require("gpgv", "gpgv")
    sources = [path for path in Path("/etc/apt").glob("**/*") if path.suffix in (".list", ".sources")]
    mirrors = apt_mirrors({str(path): path.read_text() for path in sources})
    if not mirrors.mirror or not mirrors.security_mirror:
        pytest.skip("the machine's apt configuration names no Debian mirror")
    directory = tmp_path_factory.mktemp("debian")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        settings = {
            "environment": {},
            "default_index": "",
            "debian_mirror": mirrors.mirror,
            "debian_security_mirror": mirrors.security_mirror,
            "debian_keyrings": [KEYRING],
        }
        Path(".host").mkdir()
        Path(".host/settings.json").write_text(json.dumps(settings))
        packages = _closure()
        for package in packages:
            debian.run(
                fetch_debian.Request(
                    package.name, package.version, package.repository, package.path, package.size, package.sha256
                )
            )
            Path("files").rename(package.name)
    files = (Package(each.name, each.version, directory / each.name / each.file_name) for each in packages)
    return Request(tuple(files), PLATFORM, python_version(packages))


def _closure() -> tuple[LockedPackage, ...]:
    indexes = debian_index.run(fetch_debian_index.Request(SUITES, COMPONENTS, ("amd64",))).indexes
    texts = (IndexText(index.repository, Path("indexes", index.file).read_text()) for index in indexes)
    return resolve_closure(PackageIndex(texts), interpreter_roots("3.13"), EXCLUDED)


def pythons() -> list[str]:
    """The Python of this test and those of pyenv that can run the library."""
    root = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser(), "versions")
    found = (path for path in root.glob("3.*/bin/python") if int(path.parts[-3].split(".")[1]) >= 9)
    return [sys.executable, *map(str, sorted(found))]


def tree_of(python: str, request_of_tree: Request, sandbox: Path, environment: Mapping[str, str]) -> Path:
    sandbox.mkdir()
    (sandbox / "request.json").write_text(request_of_tree.to_json())
    start = (
        f"import sys; sys.path.insert(0, {str(Path(strata.verbs.__file__).parents[1])!r}); "
        "from pathlib import Path; from strata.verbs import run_verb; "
        "sys.exit(run_verb('interpreter-tree', Path('request.json')))"
    )
    subprocess.run([python, "-I", "-B", "-c", start], cwd=sandbox, env=dict(environment), check=True)
    return sandbox / interpreter_tree.TREE


def listing(tree: Path) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): os.readlink(path)
        if path.is_symlink()
        else f"{path.stat().st_mode:o} {sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(tree.rglob("*"))
        if not path.is_dir()
    }


def test_the_bytes_do_not_depend_on_the_machine(request_of_tree: Request, tmp_path: Path) -> None:
    first = listing(tree_of(sys.executable, request_of_tree, tmp_path / "first", {}))
    assert len(first) < 100
    other = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "HOME": "/nonexistent", "PYTHONHASHSEED": "7", "PATH": "/usr/bin"}
    for number, python in enumerate(pythons()):
        assert listing(tree_of(python, request_of_tree, tmp_path / f"a longer path {number}", other)) == first, python


def test_the_tree_runs_from_where_it_lies(request_of_tree: Request, tmp_path: Path) -> None:
    tree = tree_of(sys.executable, request_of_tree, tmp_path / "moved", {}).rename(tmp_path / "tree")
    paths = interpreter_paths(PLATFORM, request_of_tree.version)
    command = interpreter_below(str(tree), PLATFORM, request_of_tree.version).command()
    code = (
        "import bz2, ctypes, decimal, hashlib, json, lzma, sqlite3, ssl, subprocess, sys, uuid, zlib\n"
        "print(json.dumps([sys.prefix, sys.path, sys.version.split()[0], ssl.OPENSSL_VERSION.split()[0]]))"
    )
    output = subprocess.run([*command, "-I", "-c", code], env={}, check=True, capture_output=True).stdout
    library = [paths.zipped_library, paths.standard_library, f"{paths.standard_library}/lib-dynload"]
    assert json.loads(output) == [
        str(tree / "usr"),
        [str(tree / path) for path in library],
        request_of_tree.version,
        "OpenSSL",
    ]
