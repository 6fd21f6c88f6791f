"""This module reads the archive of a wheel: which file of a venv each of its members becomes.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Optional

from strata.errors import wheels as errors
from strata.oci.entry import parents
from strata.oci.zip_member import ZipMember
from strata.protocol.wheel import Wheel
from strata.wheels.dist_info import info_directory
from strata.wheels.limits import ENTRY_POINTS_BYTES
from strata.wheels.modules import module_name
from strata.wheels.zip_reader import opened_zip

_NEEDED = ("METADATA", "WHEEL", "RECORD")
# Metadata that installers write themselves, and signatures of the RECORD that they write anew.
_INSTALLERS = ("RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json")


@dataclass(frozen=True)
class Member:
    """A member of a wheel that is installed as a file.

    :param name: in the archive.
    :param size: of the content, in bytes.
    :param crc: of the content, as ZIP computes it.
    :param script: whether the member lies in the wheel's directory of `scripts`.
    :param source: the data in the archive.
    """

    name: str
    size: int
    crc: int
    executable: bool
    script: bool
    source: ZipMember


@dataclass(frozen=True)
class WheelArchive:
    """A wheel and the files that it installs; paths start at the root of the venv.

    :param info: the path of the `.dist-info` directory.
    :param files: path of each installed file → its member.
    :param scripts: name of each script that is made of an entry point → its text.
    """

    wheel: Wheel
    info: str
    files: Mapping[str, Member]
    scripts: Mapping[str, str]

    @classmethod
    def open(cls, wheel: Wheel, feature_version: str) -> WheelArchive:
        """Read the directory of an archive.

        Raise StrataError for a damaged archive, for a wheel that would write outside of the venv or over a file of the
        venv itself, and for a wheel on which installers disagree.
        """
        with opened_zip(wheel.path, errors.unreadable_wheel) as archive:
            members = archive.members
            info = _info_directory(wheel, archive.names)
            text = archive.read_if_present(f"{info}/entry_points.txt", ENTRY_POINTS_BYTES).decode()
        destinations = _Destinations.of(wheel, info, feature_version)
        files: dict[str, Member] = {}
        placed = [(found, *destinations.path(found)) for found in members]
        installed = [(found, path, script) for found, path, script in placed if path is not None]
        sources = ZipMember.find_all(wheel.path, [found for found, _, _ in installed])
        for (found, path, script), source in zip(installed, sources):
            mode = found.external_attr >> 16
            executable = script or (stat.S_ISREG(mode) and mode & 0o111 != 0)
            member = Member(found.filename, found.file_size, found.CRC, executable, script, source)
            other = files.setdefault(path, member)
            if (other.size, other.crc, other.executable) != (member.size, member.crc, member.executable):
                raise errors.unsafe_member(
                    wheel.path.name, member.name, "the wheel has two different files for its path"
                )
        scripts = _scripts(text, wheel)
        for name in scripts:
            destinations.check(f"bin/{name}")
            # Wheels of old times have both; installers let the entry point win.
            files.pop(f"bin/{name}", None)
        return cls(wheel, f"{destinations.site}/{info}", files, scripts)

    @property
    def record(self) -> str:
        """Return the name of the member RECORD, which lists the files."""
        return f"{self.info.rpartition('/')[2]}/RECORD"

    def modules(self) -> Iterator[str]:
        """Yield the names of the importable modules, such as `uvicorn` and `uvicorn.main`."""
        site = self.info.rpartition("/")[0]
        for path in self.files:
            module = module_name(path[len(site) + 1 :]) if path.startswith(f"{site}/") else None
            if module:
                yield module


def _info_directory(wheel: Wheel, names: Sequence[str]) -> str:
    """Return the name of the wheel's `.dist-info` directory, which must have the files that installers need."""
    info = info_directory(wheel.path.name, wheel.name, names)
    for needed in _NEEDED:
        if f"{info}/{needed}" not in names:
            raise errors.unreadable_wheel(wheel.path.name, f"it has no {info}/{needed}")
    return info


def _scripts(entry_points: str, wheel: Wheel) -> Mapping[str, str]:
    if not entry_points:
        return {}
    # Most wheels have no entry points, and the module that reads them is slow to load in each of many processes.
    from strata.wheels.entry_points import entry_point_scripts

    return entry_point_scripts(entry_points, wheel.path.name)


@dataclass(frozen=True)
class _Destinations:
    """The places of a wheel's members, as paths from the root of the venv.

    :param info: the name of the `.dist-info` directory in the archive.
    :param data: the name of the `.data` directory in the archive, which holds a directory for each scheme.
    :param site: the path of site-packages.
    :param schemes: name of a scheme → the path where its files go.
    :param reserved: paths of files and links that belong to the venv itself, of one or two parts.
    :param directories: paths of directories that the venv cannot do without.
    """

    wheel: Wheel
    info: str
    data: str
    site: str
    schemes: Mapping[str, str]
    reserved: frozenset[str]
    directories: frozenset[str]

    @classmethod
    def of(cls, wheel: Wheel, info: str, feature_version: str) -> _Destinations:
        python = f"python{feature_version}"
        site = f"lib/{python}/site-packages"
        schemes = {
            "purelib": site,
            "platlib": site,
            "scripts": "bin",
            "data": "",
            # As pip does. Other installers leave headers out or use a directory of the interpreter.
            "headers": f"include/site/{python}/{wheel.name}",
        }
        reserved = frozenset(["pyvenv.cfg", "bin/python", "bin/python3", f"bin/{python}", "lib64"])
        directories = frozenset([*(parent for path in (*reserved, site) for parent in parents(path)), site])
        return cls(wheel, info, f"{info[: -len('.dist-info')]}.data", site, schemes, reserved, directories)

    def check(self, path: str) -> None:
        """Raise StrataError for a file at a path of the venv, in place of its directories, or below its files."""
        top, *rest = path.split("/", 2)
        if path in self.directories or top in self.reserved or "/".join([top, *rest[:1]]) in self.reserved:
            raise errors.reserved_path(self.wheel.path.name, path)

    def path(self, member: zipfile.ZipInfo) -> tuple[Optional[str], bool]:
        """Return the path of a member, or None for one that is not installed; and whether it is a script."""
        name = member.filename
        parts = name.split("/")
        if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
            raise self._unsafe(name, "its path leaves the directory or is not in its shortest form")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise self._unsafe(name, "it is a link")
        if "__pycache__" in parts[:-1] or (parts[0] == self.info and parts[1] in _INSTALLERS and len(parts) == 2):
            return None, False
        if not parts[0].endswith(".data") or len(parts) == 1:
            return f"{self.site}/{name}", False
        if parts[0] != self.data:
            raise self._unsafe(name, f"installers disagree on a directory of data that is not called {self.data}")
        if len(parts) < 3 or parts[1] not in self.schemes:
            raise self._unsafe(name, "wheels have no such directory of data")
        path = str(PurePosixPath(self.schemes[parts[1]], *parts[2:]))
        if path.startswith("lib64/"):
            # A link to lib, as in every venv on Linux.
            path = f"lib/{path[len('lib64/') :]}"
        self.check(path)
        return path, parts[1] == "scripts"

    def _unsafe(self, name: str, reason: str) -> Exception:
        return errors.unsafe_member(self.wheel.path.name, name, reason)
