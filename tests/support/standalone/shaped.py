"""This module writes an archive of the shape of a standalone build, from a CPython at hand: one that really runs.

Releases of python-build-standalone cannot be had everywhere. A CPython that pyenv or uv installed has the same tree:
the program, the standard library with pip, headers, ensurepip with its wheel. What it lacks are the libraries that a
standalone build has linked in: those of the system, such as OpenSSL, are copied to `python/lib`. The program finds them
there by its run path, as older standalone builds find theirs. The copy of OpenSSL is told to look for certificates in
/etc/ssl, as that of standalone builds is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.programs import require

_VERSIONS = ("3.12", "3.13", "3.14", "3.11", "3.10")
# Those of the C library, which the base of an image has.
_C_LIBRARY = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv|nsl|gcc_s|stdc\+\+))\.so(\.\d+)*")
_LEFT_OUT = ("__pycache__", "site-packages")


def python_at_hand() -> tuple[Path, str]:
    """Return the prefix of a CPython that was built from its sources, and its full version; skip without one."""
    root = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser(), "versions")
    for feature in _VERSIONS:
        for prefix in sorted(root.glob(f"{feature}.*")):
            if (prefix / "bin" / f"python{feature}").is_file():
                return prefix.resolve(), prefix.name
    if Path(sys.base_prefix) != Path("/usr"):
        return Path(sys.base_prefix).resolve(), "{}.{}.{}".format(*sys.version_info)
    pytest.skip("pyenv has none of CPython " + ", ".join(_VERSIONS))


def write_shaped_archive(prefix: Path, version: str, file: Path, scratch: Path) -> Path:
    """Write the archive of an installed CPython, with the libraries of the system that it needs; return its path."""
    require("patchelf", "patchelf")
    require("strip", "binutils")
    feature = version.rpartition(".")[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:gz", compresslevel=1, format=tarfile.GNU_FORMAT) as archive:
        for path in _files(prefix, feature):
            name = path.relative_to(prefix).as_posix()
            links = path.is_symlink() or not (name == f"bin/python{feature}" or ".so" in path.name)
            archive.add(path if links else _relinked(path, scratch), f"python/{name}", recursive=False)
        for library in sorted(_system_libraries(prefix, feature)):
            archive.add(_relinked(library.resolve(), scratch), f"python/lib/{library.name}")
        for terminal in Path("/lib/terminfo/x").glob("xterm*"):
            archive.add(terminal.resolve(), f"python/share/terminfo/x/{terminal.name}")
    return file


def _relinked(file: Path, scratch: Path) -> Path:
    """Return a copy that finds libraries by the run path of the program, as those of standalone builds do."""
    copy = scratch / file.name
    shutil.copy(file, copy)
    is_program = file.parent.name == "bin"
    run_path = ["--force-rpath", "--set-rpath", "$ORIGIN/../lib"] if is_program else ["--remove-rpath"]
    subprocess.run(["patchelf", *run_path, str(copy)], check=True)
    subprocess.run(["strip", "--strip-debug", str(copy)], check=True)
    contents = copy.read_bytes()
    for name in (b"cert.pem", b"certs"):
        old, new = b"/usr/lib/ssl/" + name + b"\0", b"/etc/ssl/" + name + b"\0"
        contents = contents.replace(old, new.ljust(len(old), b"\0"))
    copy.write_bytes(contents)
    return copy


def _files(prefix: Path, feature: str) -> Iterator[Path]:
    for top in ("bin", "include", "lib"):
        for folder, folders, files in os.walk(prefix / top):
            inner = Path(folder)
            # Of site-packages, pip alone; of the tests, those of the standard library that are no package of `test`.
            folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
            if inner == prefix / "lib" / f"python{feature}":
                folders.append("site-packages/pip")
            if inner.name == "test":
                folders[:] = ["support"]
                files = [name for name in files if name == "__init__.py"]
            yield from (inner / name for name in sorted(files) if not name.endswith(".a"))


def _system_libraries(prefix: Path, feature: str) -> set[Path]:
    extensions = (prefix / "lib" / f"python{feature}" / "lib-dynload").glob("*.so")
    found = set()
    for file in [prefix / "bin" / f"python{feature}", *extensions]:
        told = subprocess.run(["ldd", str(file)], check=False, stdout=subprocess.PIPE, text=True).stdout
        for path in re.findall(r"=> (/\S+)", told):
            if not _C_LIBRARY.fullmatch(Path(path).name) and not path.startswith(str(prefix)):
                found.add(Path(path))
    return found
