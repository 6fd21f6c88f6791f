from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Union

import pytest

from strata.libraries.wheel import WheelLibraries
from strata.oci.zip_member import ZipMember
from strata.protocol.dependencies_layer import Libraries
from support.standalone.elf import elf
from support.venvs.wheels import Content, Member, WheelFile

ARM = 183


def looked_at(tmp_path: Path, files: Mapping[str, Union[str, bytes]]) -> Mapping[str, Libraries]:
    members: Mapping[str, Content] = {
        name: Member(content) if isinstance(content, bytes) else content for name, content in files.items()
    }
    path = WheelFile("demo", files=members, pure=False).write(tmp_path)
    with zipfile.ZipFile(path) as opened:
        infos = opened.infolist()
    found = WheelLibraries()
    for member in ZipMember.find_all(path, infos):
        assert found.watched(member).read_bytes() == member.read_bytes()
    return found.by_platform()


@pytest.fixture(autouse=True)
def _sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_program_and_libraries(tmp_path: Path) -> None:
    found = looked_at(
        tmp_path,
        {
            "demo/driver/node": elf(needed=["libatomic.so.1", "libc.so.6"]),
            "demo/native.abi3.so": elf(loader="", needed=["$ORIGIN/../demo.libs/libown-1a2b.so.1", "libc.so.6"]),
            "demo.libs/libown-1a2b.so.1": elf(loader="", needed=["libz.so.1"], name="libown.so.1"),
            "demo/__init__.py": "",
        },
    )
    libraries = Libraries(
        ("libown-1a2b.so.1", "libown.so.1", "native.abi3.so"),
        {
            "libatomic.so.1": "demo/driver/node",
            "libc.so.6": "demo/driver/node",
            "libz.so.1": "demo.libs/libown-1a2b.so.1",
        },
    )
    assert found == {"linux/amd64": libraries}


def test_files_for_each_processor_and_for_another_c_library(tmp_path: Path) -> None:
    files: Mapping[str, Union[str, bytes]] = {
        "demo/arm.so": elf(machine=ARM, loader="", needed=["libarm.so.1"]),
        "demo/musl": elf(loader="/lib/ld-musl-x86_64.so.1", needed=["libmusl.so.1"]),
        "demo/musl.so": elf(loader="", needed=["libc.musl-x86_64.so.1", "libother.so.1"]),
    }
    assert looked_at(tmp_path, files) == {
        "linux/amd64": Libraries(("musl.so",), {}),
        "linux/arm64": Libraries(("arm.so",), {"libarm.so.1": "demo/arm.so"}),
    }


def test_what_is_no_program_is_passed_over(tmp_path: Path) -> None:
    files: Mapping[str, Union[str, bytes]] = {
        "demo/text.so": "not a library",
        "demo/short.so": elf()[:40],
        "demo/empty": "",
        "demo/x.py": elf(),
        "demo/riscv.so": elf(machine=243),
    }
    assert looked_at(tmp_path, files) == {}
