"""An installed wheel: checked against its archive, and brought into the one form that it has after any installer.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/

The layer has what the wheel has, byte for byte, but for these files, which installers write each in their own way:

- `INSTALLER` names `strata`, whichever tool ran. `REQUESTED`, `direct_url.json`, `uv_cache.json` and whatever else an
  installer adds to the venv is left out: all of it is from the lock.
- Scripts of entry points are written anew, for the image's Python; pip's additional `pip3.13` is left out. Scripts of
  the wheel that begin with `#!python` begin with that Python's path.
- `RECORD` is sorted, in one spelling, without bytecode, with the hashes of the files as they are.
- Headers are where pip puts them. A mode says only whether a file is executable.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from strata.errors import venv as errors
from strata.venv.environment import IMAGE_PYTHON, SandboxVenv
from strata.venv.wheel_archive import Member, WheelArchive

_SCRIPT_GROUPS = ("console_scripts", "gui_scripts")
_PIECE = 1 << 20


@dataclass(frozen=True)
class InstalledFile:
    """A file of the venv, `path` from its root."""

    path: str
    executable: bool


@dataclass(frozen=True)
class Distribution:
    """A wheel and the venv that an installer put it into."""

    archive: WheelArchive
    venv: SandboxVenv

    def normalise(self, contested: Container[str] = ()) -> list[InstalledFile]:
        """Brings scripts and metadata into their form, and returns all files of the distribution, sorted by path.

        :param contested: paths at which another wheel's file may lie.
        Raises StrataError where the installer did not install the wheel as it is.
        """
        files = {path: member.executable for path, member in self.archive.files.items()}
        rows = {}
        for path, member in self.archive.files.items():
            file = self.venv.prefix / path
            if member.script:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(_script(self.archive.read(member)))
            elif not file.is_file() and path.startswith("include/"):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self.archive.read(member))
            rows[path] = self._row(file, member, check=path not in contested and not member.script)
        for name, text in self._entry_point_scripts():
            path = f"bin/{name}"
            (self.venv.prefix / path).write_text(text, encoding="utf-8")
            files[path], rows[path] = True, _row(self.venv.prefix / path)
        installer, record = f"{self.archive.info}/INSTALLER", f"{self.archive.info}/RECORD"
        (self.venv.prefix / installer).write_text("strata\n")
        files[installer], rows[installer] = False, _row(self.venv.prefix / installer)
        files[record], rows[record] = False, ("", "")
        self._write_record(record, rows)
        return [InstalledFile(path, executable) for path, executable in sorted(files.items())]

    def scripts(self) -> Iterator[str]:
        """The names of the commands in bin."""
        yield from (os.path.basename(path) for path, member in self.archive.files.items() if member.script)
        yield from (name for name, _ in self._entry_point_scripts())

    def _row(self, file: Path, member: Member, *, check: bool) -> tuple[str, str]:
        if not file.is_file():
            raise errors.not_installed(self.archive.wheel.path.name, member.name)
        sha256, crc, size = hashlib.sha256(), 0, 0
        with file.open("rb") as stream:
            while True:
                piece = stream.read(_PIECE)
                if not piece:
                    break
                sha256.update(piece)
                crc, size = zlib.crc32(piece, crc), size + len(piece)
        if check and (crc, size) != (member.crc, member.size):
            raise errors.installed_otherwise(self.archive.wheel.path.name, member.name)
        return _record_hash(sha256.digest()), str(size)

    def _entry_point_scripts(self) -> Iterator[tuple[str, str]]:
        """Name and text of each console or GUI script that the wheel declares."""
        installed = metadata.PathDistribution(self.venv.prefix / self.archive.info)
        for entry_point in sorted(installed.entry_points, key=lambda entry_point: entry_point.name):
            match = entry_point.pattern.match(entry_point.value)
            if entry_point.group in _SCRIPT_GROUPS:
                if match is None or not match["attr"] or os.path.basename(entry_point.name) != entry_point.name:
                    raise errors.unusable_entry_point(self.archive.wheel.path.name, entry_point.name, entry_point.value)
                yield entry_point.name, _entry_point_text(match["module"], match["attr"])

    def _write_record(self, record: str, rows: dict[str, tuple[str, str]]) -> None:
        """Paths are relative to site-packages, with `..` for what lies elsewhere in the venv."""
        site = os.path.dirname(self.archive.info)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            sorted([os.path.relpath(path, site), *row] for path, row in rows.items())
        )
        (self.venv.prefix / record).write_text(text.getvalue(), encoding="utf-8")


def settle_overlaps(distributions: Sequence[Distribution]) -> Mapping[str, list[str]]:
    """Path → the wheels that have different files for it. The last one's is put there, whichever was installed last.

    Installers let wheels overwrite each other's files, in an order of their own; some projects rely on it.
    """
    owners: dict[str, list[Distribution]] = {}
    for distribution in distributions:
        for path in distribution.archive.files:
            owners.setdefault(path, []).append(distribution)
    contested = {}
    for path, sharing in owners.items():
        members = [distribution.archive.files[path] for distribution in sharing]
        if len({(member.crc, member.size) for member in members}) > 1:
            contested[path] = [distribution.archive.wheel.path.name for distribution in sharing]
            (sharing[-1].venv.prefix / path).write_bytes(sharing[-1].archive.read(members[-1]))
    return contested


def _script(content: bytes) -> bytes:
    first, newline, rest = content.partition(b"\n")
    return f"#!{IMAGE_PYTHON}".encode() + newline + rest if first.startswith(b"#!python") else content


def _entry_point_text(module: str, attribute: str) -> str:
    return (
        f"#!{IMAGE_PYTHON}\n"
        "import sys\n"
        f"from {module} import {attribute.partition('.')[0]}\n"
        'if __name__ == "__main__":\n'
        '    sys.argv[0] = sys.argv[0].removesuffix(".exe")\n'
        f"    sys.exit({attribute}())\n"
    )


def _row(file: Path) -> tuple[str, str]:
    content = file.read_bytes()
    return _record_hash(hashlib.sha256(content).digest()), str(len(content))


def _record_hash(digest: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
