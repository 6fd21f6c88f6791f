from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from strata.wheels.normal_form import differing_members, write_normalised

INFO = "demo-1.0.dist-info"
FILES = {
    "demo/b.py": "B = 1\n",
    "demo/a.sh": "#!/bin/sh\n",
    f"{INFO}/METADATA": "Name: demo\n",
    f"{INFO}/RECORD": "odd",
}


def write(path: Path, files: Mapping[str, str], *, year: int = 2024, mode: int = 0o100600) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))
            member.external_attr = (mode | (0o111 if name.endswith(".sh") else 0)) << 16
            archive.writestr(member, content)
    return path


def normalised(folder: Path, name: str, files: Mapping[str, str], **options: int) -> Path:
    write_normalised(write(folder / f"{name}.raw", files, **options), folder / name)
    return folder / name


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    first = normalised(tmp_path, "first", FILES)
    cached = {"demo/": "", "demo/__pycache__/b.cpython-313.pyc": "bytecode"}
    second = normalised(tmp_path, "second", {**cached, **dict(reversed(FILES.items()))}, year=2025, mode=0o100664)
    assert first.read_bytes() == second.read_bytes()
    assert differing_members(first, second) == []
    with zipfile.ZipFile(first) as archive:
        assert [(item.filename, oct(item.external_attr >> 16)) for item in archive.infolist()] == [
            (f"{INFO}/METADATA", "0o100644"),
            ("demo/a.sh", "0o100755"),
            ("demo/b.py", "0o100644"),
            (f"{INFO}/RECORD", "0o100644"),
        ]
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        rows = archive.read(f"{INFO}/RECORD").decode().splitlines()
    assert [row.partition(",")[0] for row in rows] == [f"{INFO}/METADATA", f"{INFO}/RECORD", "demo/a.sh", "demo/b.py"]


def test_what_differs_is_named(tmp_path: Path) -> None:
    first = normalised(tmp_path, "first", FILES)
    second = normalised(tmp_path, "second", {**FILES, "demo/b.py": "B = 2\n", "demo/c.py": ""})
    assert differing_members(first, second) == ["demo/b.py", "demo/c.py"]
