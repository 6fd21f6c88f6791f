"""This module writes wheels for tests that install them, good ones and broken ones."""

from __future__ import annotations

import base64
import hashlib
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional, Union

from strata.wheels.project_name import normalized_name

EXECUTABLE = 0o100755
PLAIN = 0o100644


@dataclass(frozen=True)
class Member:
    """A file of a wheel; `mode` is what ZIP keeps of Unix, with the type of the file."""

    content: bytes = b""
    mode: int = PLAIN
    stored: bool = False
    zip64: bool = False


Content = Union[str, bytes, Member]


@dataclass(frozen=True)
class WheelFile:
    """A wheel to be written. It gets metadata, unless `files` has other metadata.

    :param name: as in the names of the file and of its directories, with underscores and in any case.
    :param record: rows of RECORD instead of the true ones; a row is a line.
    :param again: members that are written a second time under a name that is there.
    :param without: names of metadata that are not made.
    """

    name: str
    version: str = "1.0"
    files: Mapping[str, Content] = field(default_factory=dict)
    tag: str = "py3-none-any"
    build: str = ""
    pure: bool = True
    entry_points: str = ""
    record: Optional[Iterable[str]] = None
    directories: Iterable[str] = ()
    again: Iterable[tuple[str, Content]] = ()
    without: Iterable[str] = ()

    @property
    def project(self) -> str:
        """Return the name as locks have it (PEP 503)."""
        return normalized_name(self.name)

    @property
    def info(self) -> str:
        return f"{self.name}-{self.version}.dist-info"

    @property
    def file_name(self) -> str:
        return "-".join(filter(None, [self.name, self.version, self.build, self.tag])) + ".whl"

    def write(self, folder: Path) -> Path:
        members = {name: _member(content) for name, content in {**self.files, **self._metadata()}.items()}
        rows = [_row(name, member.content) for name, member in members.items()] if self.record is None else self.record
        record = f"{self.info}/RECORD"
        if "RECORD" not in self.without:
            members[record] = Member("".join(f"{row}\n" for row in [*rows, f"{record},,"]).encode())
        path = folder / self.file_name
        with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Of names that are there twice, as is wanted.
            for directory in self.directories:
                archive.writestr(f"{directory}/", b"")
            for name, member in [*members.items(), *((name, _member(content)) for name, content in self.again)]:
                information = zipfile.ZipInfo(name, (2024, 2, 29, 12, 30, 2))
                information.external_attr = member.mode << 16
                information.compress_type = zipfile.ZIP_STORED if member.stored else zipfile.ZIP_DEFLATED
                with archive.open(information, "w", force_zip64=member.zip64) as output:
                    output.write(member.content)
        return path

    def _metadata(self) -> Mapping[str, Content]:
        files: dict[str, Content] = {
            f"{self.info}/METADATA": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n",
            f"{self.info}/WHEEL": (
                f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {str(self.pure).lower()}\nTag: {self.tag}\n"
            ),
        }
        if self.entry_points:
            files[f"{self.info}/entry_points.txt"] = self.entry_points
        left_out = {*self.files, *(f"{self.info}/{name}" for name in self.without)}
        return {name: content for name, content in files.items() if name not in left_out}


def _member(content: Content) -> Member:
    if isinstance(content, Member):
        return content
    return Member(content.encode() if isinstance(content, str) else content)


def _row(name: str, content: bytes) -> str:
    quoted = '"{}"'.format(name.replace('"', '""')) if "," in name else name
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{quoted},sha256={digest},{len(content)}"
