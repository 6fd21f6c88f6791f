from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import strata
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File
from support.oci.images import AMD64, layer, write_layout

OSV = {
    "id": "CVE-2025-1",
    "summary": "Click \x1b[31mclicks " + "and " * 30,
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "click"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "8.3"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}
NO_TRACKER = "Note: no file of Debian's security tracker was given, so no vulnerable packages were looked for\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    blobs = tmp_path / "image" / "blobs" / "sha256"
    layers = [
        layer(blobs, {"kind": "interpreter", "version": "3.13.5", "packages": {}}, [File("a", b"")]),
        layer(blobs, {"kind": "dependencies", "packages": {"click": "8.2.1"}}, [File("b", b"")]),
    ]
    write_layout(tmp_path / "image", [Image.assemble(AMD64, layers, RuntimeConfig(("python",)), annotations={})])
    (tmp_path / "osv.json").write_text(json.dumps(OSV))
    (tmp_path / "ignore.toml").write_text(
        '[[ignore]]\nid = "CVE-2025-1"\nreason = "no terminal"\nuntil = 9999-12-31\n'
        '[[ignore]]\nid = "CVE-1"\nreason = "gone"\nuntil = 9999-12-31\n'
    )
    return tmp_path


def check(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "strata", "check", *arguments],
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(os.path.abspath(strata.__file__))), "LC_ALL": "POSIX"},
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_text_and_exit_codes(folder: Path) -> None:
    code, text, _ = check(folder, "image", "--osv=osv.json")
    lines = text.splitlines(keepends=True)
    assert code == 1
    assert lines[0] == "image linux/amd64: 1 finding\n"
    assert lines[1] == "SEVERITY  PACKAGE      FIXED IN  FINDING\n"
    assert lines[2].startswith("high      click 8.2.1  8.3       CVE-2025-1: Click ")
    assert "\x1b" not in text
    assert lines[2].endswith("…\n")
    assert lines[3:] == ["\n", NO_TRACKER]
    assert check(folder, "image", "--osv=osv.json", "--fail-on=critical")[0] == 0
    assert check(folder, "image", "--osv=osv.json", "--fail-on=never")[0] == 0


def test_what_is_ignored(folder: Path) -> None:
    assert check(folder, "image", "--osv=osv.json", "--ignore=ignore.toml") == (
        0,
        "image linux/amd64: nothing needs attention, 1 ignored\n"
        "Ignored CVE-2025-1 of click: no terminal (until 9999-12-31)\n\n"
        f"{NO_TRACKER}"
        "Note: the list of what to ignore names CVE-1, which nothing has\n",
        "",
    )


def test_json(folder: Path) -> None:
    code, text, _ = check(folder, "image", "--osv=osv.json", "--json", "--fail-on=low")
    document = json.loads(text)
    (image,) = document["images"]
    (finding,) = image["findings"]
    assert (code, document["schema"], document["threshold"], document["failed"]) == (1, 1, "low", True)
    assert (image["image"], image["platform"], image["python"]) == ("image", "linux/amd64", "3.13.5")
    assert finding == {
        "kind": "vulnerable-wheel",
        "id": "CVE-2025-1",
        "aliases": [],
        "package": "click",
        "version": "8.2.1",
        "severity": "high",
        "fixed": "8.3",
        "summary": OSV["summary"],
        "fix": None,
        "ignored": None,
        "note": None,
    }


def test_only_what_is_fixed(folder: Path) -> None:
    record = json.dumps(OSV).replace(', {"fixed": "8.3"}', "")
    (folder / "osv.json").write_text(record)
    assert check(folder, "image", "--osv=osv.json")[0] == 1
    code, text, _ = check(folder, "image", "--osv=osv.json", "--only-fixed")
    assert (code, text.splitlines()[0]) == (0, "image linux/amd64: nothing needs attention")


def test_mistakes(folder: Path) -> None:
    assert check(folder, "image", "--osv=no") == (
        2,
        "",
        "no cannot be read: No such file or directory.\nFix: download it again, or name another file.\n",
    )
    assert check(folder, "no")[0] == 2
