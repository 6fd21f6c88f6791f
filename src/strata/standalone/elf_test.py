from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.standalone.elf import DamagedElf, Elf, read_elf
from support.standalone.elf import elf

PROGRAM = elf(machine=183, loader="/lib/ld-linux-aarch64.so.1", needed=["libm.so.6", "$ORIGIN/../lib/libpython.so"])


def read(tmp_path: Path, contents: bytes) -> Elf | None:
    file = tmp_path / "file"
    file.write_bytes(contents)
    return read_elf(file)


def test_a_program(tmp_path: Path) -> None:
    expected = Elf(183, "/lib/ld-linux-aarch64.so.1", ("libm.so.6", "$ORIGIN/../lib/libpython.so"))
    assert read(tmp_path, PROGRAM) == expected


def test_a_library(tmp_path: Path) -> None:
    assert read(tmp_path, elf(loader="", needed=[])) == Elf(62, "", ())


def test_a_library_with_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, elf(loader="", name="libown.so.2")) == Elf(62, "", ("libc.so.6",), "libown.so.2")


def test_the_python_that_runs_this_test() -> None:
    found = read_elf(Path(sys.executable).resolve())
    assert found is not None
    assert found.machine in (62, 183)
    assert "ld-" in found.loader
    assert "libc.so.6" in found.needed


@pytest.mark.parametrize("contents", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(100), b"\x7fELF\x02\x02"])
def test_another_file(tmp_path: Path, contents: bytes) -> None:
    assert read(tmp_path, contents) is None


def test_a_file_that_ends_early(tmp_path: Path) -> None:
    with pytest.raises(DamagedElf, match="it ends too early"):
        read(tmp_path, PROGRAM[:100])


@given(st.integers(6, len(PROGRAM) - 1), st.binary(min_size=1, max_size=8))
def test_damage_is_told(tmp_path_factory: pytest.TempPathFactory, position: int, damage: bytes) -> None:
    contents = PROGRAM[:position] + damage + PROGRAM[position + len(damage) :]
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(contents)
    try:
        found = read_elf(file)
    except DamagedElf:
        return
    assert found is not None
