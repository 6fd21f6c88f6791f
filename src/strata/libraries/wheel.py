"""This module says which shared libraries a wheel has and needs.

It looks at the headers of all programs and libraries in the wheel while they are read for its layer, and runs none.
Whether the app ever loads one of them is not known.
https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from strata.oci.zip_member import ZipMember
from strata.protocol.dependencies_layer import Libraries
from strata.standalone.elf import DamagedElf, Elf, begins_like_elf, read_open_elf

# The numbers of processors in ELF headers.
_PLATFORMS = {62: "linux/amd64", 183: "linux/arm64"}
# Most files of a wheel; none of them is a program or a library.
_OTHERS = (".h", ".json", ".md", ".pxd", ".py", ".pyi", ".pyx", ".txt")
_START = 8


class WheelLibraries:
    """The libraries of a wheel, as far as its members have been read."""

    def __init__(self) -> None:
        self._found: dict[str, Elf] = {}

    def watched(self, member: ZipMember) -> ZipMember:
        """Return a member to be read in the place of this one."""
        return member if member.name.endswith(_OTHERS) else member.watched(partial(self._look, member.name))

    def _look(self, name: str, pieces: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        """Yield the pieces of a member, and look at its header when all were read."""
        start, file = b"", None
        for data, contents in pieces:
            if file is not None:
                file.write(contents)
            elif len(start) < _START:
                start += contents
                if begins_like_elf(start):
                    # What the header leads to is anywhere in the file, which is closed when that was looked at.
                    file = cast(BinaryIO, tempfile.TemporaryFile(dir="."))  # noqa: SIM115
                    file.write(start)
            yield data, contents
        if file is not None:
            with file, suppress(DamagedElf):
                # A damaged one may be data of a test suite; a library that Python cannot load says so itself.
                found = read_open_elf(file)
                if found is not None:
                    self._found[name] = found

    def by_platform(self) -> Mapping[str, Libraries]:
        """Return the libraries for each platform that the wheel has programs or libraries for: `linux/amd64`."""
        has: dict[str, set[str]] = {}
        needs: dict[str, dict[str, str]] = {}
        for path, found in sorted(self._found.items()):
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


def _is_for_musl(file: Elf) -> bool:
    """Return whether a file is for musl's loader: some wheels have programs for both C libraries."""
    return "musl" in file.loader or any(name == "libc.so" or name.startswith("libc.musl-") for name in file.needed)
