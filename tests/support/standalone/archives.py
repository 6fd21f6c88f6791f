"""This module writes small archives of standalone CPythons."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

from support.debian_packages import Member, directory, symlink, tar
from support.standalone.elf import elf

FILE = "cpython-3.12.13+20260414-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
VERSION = "3.12.13"
LIBRARY = "python/lib/python3.12"


def members(feature: str) -> tuple[Member, ...]:
    """Return the shape of an `install_only` archive of releases whose program does not hold all libraries."""
    library = f"python/lib/python{feature}"
    tag = f"cpython-{feature.replace('.', '')}"
    return (
        directory("python"),
        symlink("python/bin/python3", f"python{feature}"),
        Member(
            f"python/bin/python{feature}",
            elf(needed=["libm.so.6", f"$ORIGIN/../lib/libpython{feature}.so.1.0"]),
            mode=0o755,
        ),
        Member("python/bin/pip3", b"#!/bin/sh\n", mode=0o755),
        Member(f"python/include/python{feature}/Python.h"),
        symlink(f"python/lib/libpython{feature}.so", f"libpython{feature}.so.1.0"),
        Member(f"python/lib/libpython{feature}.so.1.0", elf(loader=""), mode=0o755),
        Member(f"python/lib/libpython{feature}.a"),
        symlink("python/lib/libssl.so.3", "libssl.so.3.1"),
        Member("python/lib/libssl.so.3.1", elf(loader="", needed=["libcrypto.so.3"]), mode=0o755),
        Member("python/lib/libcrypto.so.3", b"no library"),
        Member("python/lib/libtcl9.0.so", elf(loader="")),
        Member("python/lib/tcl9.0/init.tcl"),
        Member(f"python/lib/pkgconfig/python-{feature}.pc"),
        Member(f"python/share/man/man1/python{feature}.1"),
        Member("python/share/terminfo/x/xterm", b"terminal"),
        Member("python/share/terminfo/w/wy50", b"rare"),
        directory(library),
        Member(f"{library}/os.py", b"name = 'posix'\n"),
        Member(f"{library}/_sysconfigdata__linux_x86_64-linux-gnu.py", b"build_time_vars = {}\n"),
        Member(f"{library}/build-details.json"),
        Member(f"{library}/config-{feature}-x86_64-linux-gnu/Makefile"),
        Member(f"{library}/ensurepip/__init__.py"),
        Member(f"{library}/ensurepip/_bundled/pip-25.0-py3-none-any.whl", b"wheel"),
        Member(f"{library}/idlelib/idle.py", b"not Python ("),
        Member(f"{library}/json/__init__.py", b"import os\n"),
        Member(f"{library}/json/__pycache__/__init__.{tag}.pyc"),
        Member(f"{library}/lib-dynload/_crypt.{tag}-x86_64-linux-gnu.so", elf(loader="", needed=["libssl.so.3"])),
        Member(f"{library}/lib-dynload/_testcapi.{tag}-x86_64-linux-gnu.so"),
        Member(f"{library}/lib-dynload/_tkinter.{tag}-x86_64-linux-gnu.so", elf(loader="", needed=["libtcl9.0.so"])),
        Member(f"{library}/lib-dynload/.empty"),
        Member(f"{library}/lib2to3/pygram.py"),
        Member(f"{library}/site-packages/pip/__init__.py"),
        Member(f"{library}/test/support/__init__.py"),
        Member(f"{library}/tkinter/__init__.py"),
        Member(f"{library}/turtle.py"),
        Member(f"{library}/turtledemo/clock.py"),
    )


MEMBERS = members("3.12")


def write_archive(file: Path, members: Sequence[Member] = MEMBERS) -> Path:
    """Write members as a .tar.gz file; return its path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(tar(members), mtime=0))
    return file
