"""This module says which shared libraries a wheel has and needs.

It reads the headers of all programs and libraries in the wheel, and runs none. Whether the app ever loads one of them
is not known. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Optional

from strata.errors import wheels as errors
from strata.protocol.dependencies_layer import Libraries
from strata.standalone.elf import DamagedElf, Elf, begins_like_elf, read_open_elf
from strata.wheels.zip_reader import ZipReader, opened_zip

# The numbers of processors in ELF headers.
_PLATFORMS = {62: "linux/amd64", 183: "linux/arm64"}
# Most files of a wheel; none of them is a program or a library.
_OTHERS = (".h", ".json", ".md", ".pxd", ".py", ".pyi", ".pyx", ".txt")
_START = 8


def wheel_libraries(wheel: Path) -> Mapping[str, Libraries]:
    """Return the libraries for each platform that the wheel has programs or libraries for: `linux/amd64`.

    Raise StrataError for a wheel that cannot be read.
    """
    has: dict[str, set[str]] = {}
    needs: dict[str, dict[str, str]] = {}
    for path, found in _elf_files(wheel):
        platform = _PLATFORMS.get(found.machine)
        if platform is None:
            continue
        names = (PurePosixPath(path).name, found.name)
        has.setdefault(platform, set()).update(name for name in names if ".so" in name)
        needed = needs.setdefault(platform, {})
        if not _is_for_musl(found):
            for library in found.needed:
                needed.setdefault(PurePosixPath(library).name, path)
    return {
        platform: Libraries(
            tuple(sorted(names)),
            {name: path for name, path in sorted(needs[platform].items()) if name not in names},
        )
        for platform, names in sorted(has.items())
    }


def _elf_files(wheel: Path) -> Iterator[tuple[str, Elf]]:
    """Yield the path of each program and library, with what its header says."""
    with opened_zip(wheel, errors.unreadable_wheel) as archive:
        for member in sorted(archive.members, key=lambda each: each.filename):
            if not member.filename.endswith(_OTHERS):
                found = _read(archive, member)
                if found is not None:
                    yield member.filename, found


def _read(archive: ZipReader, member: zipfile.ZipInfo) -> Optional[Elf]:
    with archive.open(member) as stream:
        start = stream.read(_START)
        if not begins_like_elf(start):
            return None
        with tempfile.TemporaryFile(dir=".") as file:
            file.write(start)
            shutil.copyfileobj(stream, file)
            try:
                return read_open_elf(file)
            except DamagedElf:
                # It may be data of a test suite; a library that Python cannot load says so itself.
                return None


def _is_for_musl(file: Elf) -> bool:
    """Return whether a file is for musl's loader: some wheels have programs for both C libraries."""
    return "musl" in file.loader or any(name == "libc.so" or name.startswith("libc.musl-") for name in file.needed)
