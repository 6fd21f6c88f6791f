from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.interpreters.standalone.reduction import kept_entries
from strata.oci.entry import Directory, Entry
from support.debian_packages import Member
from support.standalone.archives import LIBRARY, MEMBERS, VERSION, write_archive
from support.standalone.elf import elf

STDLIB = "usr/lib/python3.12"
FIX = (
    "Fix: check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases, and make the "
    "lock again with `./pants generate-lockfiles --resolve={address}`."
)


def kept(
    tmp_path: Path,
    members: Sequence[Member] = MEMBERS,
    *,
    platform: str = "linux/amd64",
    version: str = VERSION,
    ensurepip: bool = True,
) -> dict[str, Entry]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    archive = write_archive(tmp_path / "a.tar.gz", members)
    return kept_entries(archive, scratch, platform=platform, version=version, ensurepip=ensurepip)


def with_program(contents: bytes) -> list[Member]:
    program = Member("python/bin/python3.12", contents, mode=0o755)
    return [program if member.name == program.name else member for member in MEMBERS]


def test_what_stays(tmp_path: Path) -> None:
    entries = kept(tmp_path)
    assert all(path == entry.path for path, entry in entries.items())
    assert {path for path, entry in entries.items() if not isinstance(entry, Directory)} == {
        "usr/bin/python3.12",
        "usr/lib/libpython3.12.so.1.0",  # the program needs it
        "usr/lib/libssl.so.3",  # an extension needs it
        "usr/lib/libssl.so.3.1",
        "usr/lib/libcrypto.so.3",  # and that needs this
        f"{STDLIB}/os.py",
        f"{STDLIB}/_sysconfigdata__linux_x86_64-linux-gnu.py",
        f"{STDLIB}/ensurepip/__init__.py",
        f"{STDLIB}/ensurepip/_bundled/pip-25.0-py3-none-any.whl",
        f"{STDLIB}/json/__init__.py",
        f"{STDLIB}/lib-dynload/.empty",
        f"{STDLIB}/lib-dynload/_crypt.cpython-312-x86_64-linux-gnu.so",
        "usr/share/terminfo/x/xterm",
    }


def test_without_ensurepip(tmp_path: Path) -> None:
    assert [path for path in kept(tmp_path, ensurepip=False) if "pip" in path] == []


def test_an_archive_of_another_version(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        kept(tmp_path, version="3.13.1")
    assert str(caught.value) == (
        "The archive of CPython has no python/bin/python3.13.\n"
        f"Found:\n  its programs: bin/python3, bin/python3.12\n{FIX}"
    )


def test_an_archive_without_a_standard_library(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        kept(tmp_path, [member for member in MEMBERS if not member.name.startswith(LIBRARY)])
    assert str(caught.value).startswith("The archive of CPython has no python/lib/python3.12/os.py.\n")


def test_an_archive_without_programs(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        kept(tmp_path, [Member("python/README")])
    assert str(caught.value) == (
        f"The archive of CPython has no python/bin/python3.12.\nFound:\n  it has no programs\n{FIX}"
    )


@pytest.mark.parametrize(
    "program, found",
    [
        (b"#!/bin/sh\n", "it is no ELF file of 64 bits"),
        (elf(machine=183), "its header names the processor 183"),
        (elf(loader="/lib/ld-musl-x86_64.so.1"), "its loader is /lib/ld-musl-x86_64.so.1"),
        (elf(loader=""), "its loader is none: it is static"),
    ],
)
def test_a_program_for_another_system(tmp_path: Path, program: bytes, found: str) -> None:
    with pytest.raises(StrataError) as caught:
        kept(tmp_path, with_program(program))
    assert str(caught.value) == (
        f"The archive's bin/python3.12 is not a program for linux/amd64 with glibc.\nFound:\n  {found}\n{FIX}"
    )


def test_a_program_for_arm64(tmp_path: Path) -> None:
    program = elf(machine=183, loader="/lib/ld-linux-aarch64.so.1")
    assert "usr/bin/python3.12" in kept(tmp_path, with_program(program), platform="linux/arm64")


def test_a_damaged_program(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        kept(tmp_path, with_program(elf()[:100]))
    assert str(caught.value) == (
        f"The archive of CPython cannot be read.\nFound:\n  python/bin/python3.12: it ends too early\n{FIX}"
    )
