from __future__ import annotations

import base64
import csv
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.oci.zip_member import ZipMember
from strata.wheels.archive import WheelArchive
from strata.wheels.installed_form import InstalledFile, distribution, installed_files, own_metadata
from support.wheels import INFO, METADATA, SITE, Content, write_wheel

ENTRY_POINTS = """\
[console_scripts]
demo = demo.cli:main
demo-extra = demo.cli : Tool.run [extra]

[gui_scripts]
demo-gui=demo.gui:show

[pytest11]
plugin = demo.plugin
"""
MEMBERS: dict[str, Content] = {
    "demo/__init__.py": "",
    "demo/größe.py": "x = 1\n",
    "demo-1.0.data/scripts/tool": "#!python -O\nprint(1)\n",
    "demo-1.0.data/scripts/shell": "#!/bin/sh\nexit\n",
    "demo-1.0.data/data/share/demo.txt": "data",
    "demo-1.0.data/headers/demo.h": "",
    f"{INFO}/entry_points.txt": ENTRY_POINTS,
    **METADATA,
}


def open_wheel(folder: Path, *rows: str, members: Mapping[str, Content] = MEMBERS) -> WheelArchive:
    """:param rows: of its RECORD."""
    record = {f"{INFO}/RECORD": "".join(f"{row}\n" for row in rows)}
    return WheelArchive.open(write_wheel(folder, {**members, **record}), "3.13")


def content(file: InstalledFile) -> bytes:
    return file.source.read_bytes() if isinstance(file.source, ZipMember) else file.source


def encoded(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def metadata(archive: WheelArchive, bytecode: Iterable[str] = ()) -> dict[str, InstalledFile]:
    """By the name of the file."""
    found = own_metadata(archive, installed_files(archive).values(), bytecode)
    return {Path(file.path).name: file for file in found}


def test_files(tmp_path: Path) -> None:
    files = installed_files(open_wheel(tmp_path))
    assert sorted((path, file.path, file.executable) for path, file in files.items()) == [
        (path, path, executable)
        for path, executable in [
            ("bin/demo", True),
            ("bin/demo-extra", True),
            ("bin/demo-gui", True),
            ("bin/shell", True),
            ("bin/tool", True),
            ("include/site/python3.13/demo/demo.h", False),
            (f"{SITE}/{INFO}/METADATA", False),
            (f"{SITE}/{INFO}/WHEEL", False),
            (f"{SITE}/{INFO}/entry_points.txt", False),
            (f"{SITE}/demo/__init__.py", False),
            (f"{SITE}/demo/größe.py", False),
            ("share/demo.txt", False),
        ]
    ]


def test_scripts(tmp_path: Path) -> None:
    files = {path[len("bin/") :]: file for path, file in installed_files(open_wheel(tmp_path)).items()}
    assert content(files["demo"]).decode() == (
        "#!/opt/venv/bin/python\n"
        "import sys\n"
        "from demo.cli import main\n"
        'if __name__ == "__main__":\n'
        '    sys.argv[0] = sys.argv[0].removesuffix(".exe")\n'
        "    sys.exit(main())\n"
    )
    assert b"\nfrom demo.cli import Tool\n" in content(files["demo-extra"])
    assert b"    sys.exit(Tool.run())\n" in content(files["demo-extra"])
    assert b"\nfrom demo.gui import show\n" in content(files["demo-gui"])
    assert content(files["tool"]) == b"#!/opt/venv/bin/python\nprint(1)\n"
    assert content(files["shell"]) == b"#!/bin/sh\nexit\n"
    assert isinstance(files["shell"].source, ZipMember)


def test_record(tmp_path: Path) -> None:
    archive = open_wheel(tmp_path)
    found = metadata(archive, [f"{SITE}/demo/__pycache__/a.pyc"])
    assert content(found["INSTALLER"]) == b"strata\n"
    rows = list(csv.reader(content(found["RECORD"]).decode().splitlines()))
    assert rows == sorted(rows)
    expected = {path: content(file) for path, file in installed_files(archive).items()}
    expected[f"{SITE}/{INFO}/INSTALLER"] = b"strata\n"
    listed = {
        path[len(SITE) + 1 :] if path.startswith(SITE) else f"../../../{path}": [
            f"sha256={encoded(hashlib.sha256(data).digest())}",
            str(len(data)),
        ]
        for path, data in expected.items()
    }
    assert {row[0]: row[1:] for row in rows} == {
        **listed,
        "demo/__pycache__/a.pyc": ["", ""],
        f"{INFO}/RECORD": ["", ""],
    }


def test_what_can_be_named(tmp_path: Path) -> None:
    archive = open_wheel(tmp_path)
    found = distribution(archive)
    assert found.modules == ("demo", "demo.größe")
    assert found.scripts == ("demo", "demo-extra", "demo-gui", "shell", "tool")
    assert list(found.files) == sorted(installed_files(archive))
    assert found.files[f"{SITE}/demo/größe.py"] == f"{zlib.crc32(b'x = 1' + bytes([10])):08x}:6"
    text = archive.scripts["demo"].encode()
    assert found.files["bin/demo"] == f"{zlib.crc32(text):08x}:{len(text)}"


# What the wheel's own RECORD says

SCRIPT = "demo-1.0.data/scripts/tool"


@pytest.mark.parametrize(
    "row",
    [
        "",
        "demo/größe.py\n,,,",
        f"demo/größe.py,sha256={encoded(hashlib.sha256(b'x = 1' + bytes([10])).digest())},6",
        f"demo/größe.py,sha512={encoded(hashlib.sha512(b'x = 1' + bytes([10])).digest())},77",
        "demo/größe.py,sha256=AAAA,6,",
        "absent.py,sha256=AAAA,6",
    ],
)
def test_each_member_has_the_hash_that_it_is_checked_against(tmp_path: Path, row: str) -> None:
    archive = open_wheel(tmp_path, row)
    for file in installed_files(archive).values():
        assert file.summary.sha256 == hashlib.sha256(content(file)).digest()
        if isinstance(file.source, ZipMember):
            assert file.source.sha256 == file.summary.sha256.hex()


@pytest.mark.parametrize("text", ["sha256=AAAA", "sha256=é", "unknown=AAAA", "shake_128=AAAA", "=AAAA"])
def test_hash_that_cannot_be_checked(tmp_path: Path, text: str) -> None:
    archive = open_wheel(tmp_path, f"demo/größe.py,{text},6")
    with pytest.raises(StrataError) as caught:
        installed_files(archive)
    assert str(caught.value) == (
        "demo-1.0-py3-none-any.whl is no wheel that can be read.\n"
        "Found:\n"
        f"  its RECORD has {text!r} for demo/größe.py, which is no hash that can be checked\n"
        "Fix: lock another version of the project."
    )


def test_record_that_is_larger_than_its_wheel_needs(tmp_path: Path) -> None:
    archive = open_wheel(tmp_path, "x" * 80_000)
    with pytest.raises(StrataError, match=r"its demo-1.0.dist-info/RECORD has 80001 bytes, more than 75776\n"):
        installed_files(archive)


@pytest.mark.parametrize("member", ["demo/größe.py", SCRIPT])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "md5"])
def test_member_with_another_hash_than_recorded(tmp_path: Path, member: str, algorithm: str) -> None:
    wrong, data = hashlib.new(algorithm, b"other"), MEMBERS[member]
    archive = open_wheel(tmp_path, f"{member},{algorithm}={encoded(wrong.digest())},6")
    with pytest.raises(StrataError) as caught:
        list(map(content, installed_files(archive).values()))
    found = hashlib.new(algorithm, data.encode() if isinstance(data, str) else data).hexdigest()
    assert str(caught.value) == (
        f"The member {member!r} of demo-1.0-py3-none-any.whl cannot be put into an image layer: its {algorithm} is "
        f"{found}, not {wrong.hexdigest()}.\n"
        "Fix: get the archive again; if it stays so, have it packed again as a plain zip file."
    )
