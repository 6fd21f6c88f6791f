from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from strata.interpreters.standalone import tree
from strata.protocol.standalone.standalone_tree import Request
from support.debian_packages import Member
from support.interpreters import LIBRARY, LOADER, PATHS, VERSION, write_interpreter_package
from support.standalone.archives import members, write_archive

FEATURE = VERSION.rpartition(".")[0]
C_LIBRARY = [
    Member(f"./{PATHS.loader}", LOADER.encode(), mode=0o755),
    Member(f"./{PATHS.library_path}/libc.so.6", b"library"),
    Member("./usr/share/doc/libc6/copyright"),
]


def test_the_tree_is_that_of_debians_packages_with_the_c_library_of_the_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    archive = write_archive(Path("a.tar.gz"), members(FEATURE))
    tree.run(Request(archive, write_interpreter_package(C_LIBRARY), "linux/amd64", VERSION))
    root = tmp_path / "python"
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if not path.is_dir()}
    assert {name: f"{path.lstat().st_mode:o}" for name, path in files.items()} == {
        PATHS.python: "100755",
        PATHS.loader: "100755",
        f"{PATHS.library_path}/libc.so.6": "100644",
        PATHS.zipped_library: "100644",
        f"{LIBRARY}/os.py": "100644",
        f"{LIBRARY}/lib-dynload/.empty": "100644",
        f"{LIBRARY}/lib-dynload/_crypt.cpython-{FEATURE.replace('.', '')}-x86_64-linux-gnu.so": "100644",
        f"usr/lib/libpython{FEATURE}.so.1.0": "100644",
        "usr/lib/libssl.so.3": "120777",
        "usr/lib/libssl.so.3.1": "100644",
        "usr/lib/libcrypto.so.3": "100644",
    }
    with zipfile.ZipFile(root / PATHS.zipped_library) as library:
        assert library.namelist() == ["_sysconfigdata__linux_x86_64-linux-gnu.pyc", "json/__init__.pyc", "os.pyc"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "python", "python.deb"]
