"""Interpreters for tests, which are the Python that runs the test, and Debian packages of one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from strata.interpreters.paths import interpreter_paths
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.package import Package
from support.debian_packages import Member, directory, symlink, write_deb

VERSION = "{}.{}.{}".format(*sys.version_info)
PATHS = interpreter_paths("linux/amd64", VERSION)
LIBRARY = PATHS.standard_library

# Takes `--inhibit-cache --library-path DIRECTORY PYTHON` away and starts a Python that really compiles.
LOADER = f'#!/bin/sh\nshift 4\nexec "{sys.executable}" "$@"\n'

OS_MODULE = b"name = 'posix'\n"

PACKAGED = [
    Member(f"./{PATHS.python}", b"ELF", mode=0o755),
    Member(f"./{PATHS.loader}", LOADER.encode(), mode=0o755),
    Member(f"./{PATHS.library_path}/libx.so.1.2", b"library"),
    symlink(f"./{PATHS.library_path}/libx.so.1", "libx.so.1.2"),
    symlink(f"./{PATHS.library_path}/liby.so.1", "../../../etc/liby.so.1"),
    Member(f"./{PATHS.library_path}/gconv/ARMSCII-8.so"),
    directory(f"./{LIBRARY}/json"),
    Member(f"./{LIBRARY}/os.py", OS_MODULE),
    Member(f"./{LIBRARY}/json/__init__.py", b"import os\n"),
    symlink(f"./{LIBRARY}/_config.py", "os.py"),
    symlink(f"./{LIBRARY}/sitecustomize.py", f"/{LIBRARY.replace('usr/lib', 'etc')}/sitecustomize.py"),
    Member(f"./{LIBRARY.replace('usr/lib', 'etc')}/sitecustomize.py"),
    Member(f"./{LIBRARY}/test/support.py", b"not Python ("),
    Member(f"./{LIBRARY}/ensurepip/__init__.py"),
    Member(f"./{LIBRARY}/lib-dynload/_ssl.cpython.so", b"extension"),
    Member(f"./{LIBRARY}/lib-dynload/_testcapi.cpython.so"),
    Member("./usr/share/python-wheels/pip-25.1.1-py3-none-any.whl", b"wheel"),
    Member("./usr/share/doc/python/README"),
]


def write_interpreter(folder: Path) -> SandboxInterpreter:
    """Write a loader that starts the Python which runs the test."""
    folder.mkdir(exist_ok=True)
    loader = folder / "ld.so"
    loader.write_text(LOADER)
    loader.chmod(0o755)
    return SandboxInterpreter(str(loader), "lib", "python", VERSION)


def write_interpreter_package(members: Sequence[Member] = PACKAGED) -> tuple[Package, ...]:
    """Write a Debian package with an interpreter to the working directory."""
    write_deb(Path("python.deb"), members, name="python")
    return (Package("python", "1.0", Path("python.deb")),)
