from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Optional

import pytest

from strata.layers import files
from strata.layouts.listing import list_layer
from strata.protocol.contents.files_layer import Request
from support.oci.layers import blob_of


@pytest.fixture(autouse=True)
def _sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("files", "css").mkdir(parents=True)
    Path("files", "css", "app.css").write_text("a {}\n")
    Path("files", "run").write_text("#!/usr/bin/python3\n")
    Path("files", "run").chmod(0o755)


def listing(path: str, *, mode: Optional[int] = None, uid: int = 0, gid: int = 0) -> list[str]:
    """Return mode, owner and path of each entry of the layer."""
    written = files.run(Request(Path("files"), path, mode, uid, gid, "gzip")).layer
    return [f"{words[0]} {words[1]} {words[-1]}" for words in (line.split() for line in list_layer(blob_of(written)))]


def test_the_layer_describes_itself_and_names_its_paths() -> None:
    result = files.run(Request(Path("files"), "srv/www", None, 0, 0, "gzip"))
    css, program = (hashlib.sha256(text).hexdigest()[:16] for text in (b"a {}\n", b"#!/usr/bin/python3\n"))
    assert result.layer.contents == {
        "kind": "files",
        "path": "srv/www",
        "files": {"srv/www/css/app.css": css, "srv/www/run": program},
        "installers": [],
        "format": 4,
    }
    assert result.paths == ("srv/www/css/app.css", "srv/www/run")


def test_modes_are_those_of_the_repository() -> None:
    assert listing("srv/www") == [
        "drwxr-xr-x 0:0 srv",
        "drwxr-xr-x 0:0 srv/www",
        "drwxr-xr-x 0:0 srv/www/css",
        "-rw-r--r-- 0:0 srv/www/css/app.css",
        "-rwxr-xr-x 0:0 srv/www/run",
    ]


def test_mode_and_owner_are_the_targets() -> None:
    """Whoever may read a directory may enter it; /srv is not the owner's."""
    assert listing("srv/www", mode=0o640, uid=65532, gid=7) == [
        "drwxr-xr-x 0:0 srv",
        "drwxr-x--- 65532:7 srv/www",
        "drwxr-x--- 65532:7 srv/www/css",
        "-rw-r----- 65532:7 srv/www/css/app.css",
        "-rw-r----- 65532:7 srv/www/run",
    ]


@pytest.mark.parametrize(
    "path, system",
    [
        ("etc", ["etc"]),
        ("usr/local/share", ["usr", "usr/local", "usr/local/share"]),
        ("var/lib/app", ["var", "var/lib"]),
    ],
)
def test_directories_of_the_system_stay_its_own(path: str, system: list[str]) -> None:
    directories = [line.split() for line in listing(path, mode=0o600, uid=1, gid=1) if line.startswith("d")]
    assert [path for mode, owner, path in directories if (mode, owner) == ("drwxr-xr-x", "0:0")] == system
    assert {(mode, owner) for mode, owner, path in directories if path not in system} == {("drwx------", "1:1")}


def test_homes_stay_as_the_base_has_them() -> None:
    assert listing("home/nonroot/conf")[:3] == [
        "drwxr-xr-x 0:0 home",
        "drwx------ 65532:65532 home/nonroot",
        "drwxr-xr-x 0:0 home/nonroot/conf",
    ]


def test_the_root_of_an_image() -> None:
    assert listing("", uid=1, gid=1) == [
        "drwxr-xr-x 1:1 css",
        "-rw-r--r-- 1:1 css/app.css",
        "-rwxr-xr-x 1:1 run",
    ]


def test_an_installer_among_the_files_is_seen() -> None:
    Path("files", "pip-25.1-py3-none-any.whl").write_text("")
    contents = files.run(Request(Path("files"), "srv", None, 0, 0, "gzip")).layer.contents
    assert [each["path"] for each in contents["installers"]] == ["srv/pip-25.1-py3-none-any.whl"]
