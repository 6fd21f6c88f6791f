"""A wheel, read: which file of a venv each of its members becomes.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from strata.errors import venv as errors
from strata.venv.installer import Wheel

# Signatures of a RECORD that no longer is the wheel's, and the RECORD itself.
_REWRITTEN = ("RECORD", "RECORD.jws", "RECORD.p7s")


@dataclass(frozen=True)
class Member:
    """A file of a wheel, to be installed. `crc` is that of ZIP; `script` says it lies in the wheel's `scripts`."""

    name: str
    size: int
    crc: int
    executable: bool
    script: bool


@dataclass(frozen=True)
class WheelArchive:
    """`files` maps the path of each file, from the root of the venv, to the member that it comes from.

    `info` is the path of the `.dist-info` directory in the same sense.
    """

    wheel: Wheel
    info: str
    files: Mapping[str, Member]

    @classmethod
    def open(cls, wheel: Wheel, feature_version: str) -> WheelArchive:
        """Reads the directory of the archive. Raises StrataError for a wheel that could write outside of the venv."""
        site = f"lib/python{feature_version}/site-packages"
        schemes = {
            "purelib": site,
            "platlib": site,
            "scripts": "bin",
            "data": "",
            # Where pip puts them; others leave them out or use a directory of the interpreter.
            "headers": f"include/site/python{feature_version}/{wheel.name}",
        }
        try:
            with zipfile.ZipFile(wheel.path) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
        except (zipfile.BadZipFile, OSError) as error:
            raise errors.unreadable_wheel(wheel.path.name, str(error)) from None
        infos = {top for member in members for top in [member.filename.partition("/")[0]] if top.endswith(".dist-info")}
        if len(infos) != 1:
            raise errors.unreadable_wheel(wheel.path.name, f"it has {len(infos)} .dist-info directories")
        (info,) = infos
        files = {}
        for member in members:
            path, script = _destination(member.filename, info, schemes, site, wheel)
            if path is None:
                continue
            mode = member.external_attr >> 16
            if stat.S_ISLNK(mode):
                raise errors.unsafe_member(wheel.path.name, member.filename, "it is a link")
            executable = script or (stat.S_IMODE(mode) & 0o111 != 0)
            files[path] = Member(member.filename, member.file_size, member.CRC, executable, script)
        return cls(wheel, f"{site}/{info}", files)

    def read(self, member: Member) -> bytes:
        """The content of a member, which ZIP's checksum was checked against."""
        with zipfile.ZipFile(self.wheel.path) as archive:
            return archive.read(member.name)

    def modules(self) -> Iterator[str]:
        """The importable modules: `uvicorn`, `uvicorn.main`, `uvicorn.__main__` …"""
        site = self.info.rpartition("/")[0]
        for path in self.files:
            relative = PurePosixPath(path)
            if PurePosixPath(site) in relative.parents and relative.name.endswith((".py", ".so")):
                parts = [*relative.relative_to(site).parts[:-1], relative.name.partition(".")[0]]
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _destination(
    name: str, info: str, schemes: Mapping[str, str], site: str, wheel: Wheel
) -> tuple[str | None, bool]:
    """The path in the venv, None for what is not installed; and whether the member is a script."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
        raise errors.unsafe_member(wheel.path.name, name, "its path leaves the directory or is not in its shortest form")
    if parts[0] == info and parts[-1] in _REWRITTEN and len(parts) == 2:
        return None, False
    if not parts[0].endswith(".data"):
        return f"{site}/{name}", False
    if len(parts) < 3 or parts[1] not in schemes:
        raise errors.unsafe_member(wheel.path.name, name, "wheels have no such directory of data")
    return str(Path(schemes[parts[1]], *parts[2:])), parts[1] == "scripts"
