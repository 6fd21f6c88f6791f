"""An installed wheel: checked against its archive, and brought into the one form that it has after any installer.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/

A layer has what `pip install` of the same wheels puts into a fresh venv of the same interpreter: the same paths, modes
and contents, but for these differences. They are what installers write each in their own way, or from the machine.

- `INSTALLER` names `strata`, whichever tool ran.
- `REQUESTED`, `direct_url.json`, `uv_cache.json` and whatever else an installer adds is left out: all is from the lock.
- `RECORD` lists the files that there are, sorted, in one spelling, with their sizes and hashes as they are. Its
  signatures (`RECORD.jws`, `RECORD.p7s`), which it no longer fits, are left out.
- `__pycache__` is left out, also one that a wheel brings.
- Scripts of entry points have a text of their own; pip's additional `pip3.13` is left out. Scripts of the wheel are as
  pip installs them, with the venv's Python where they begin with `#!python`, but always executable: archives that were
  written on Windows do not say it, and the specification allows for that.
- Of different files that several wheels have for one path, that of the wheel with the last name is there.

Of the venv itself, `python -m venv` also makes scripts to activate it, a `.gitignore`, an empty `include/python3.13`
and pip. In `pyvenv.cfg` there is neither `executable` nor `command`, and `version` is 3.13; `bin/python` is the link to
the interpreter, and the others lead to it (strata.venv.environment).

Where installers differ more, pip's way was chosen: headers are in `include/site/python3.13/NAME`, with the project's
name in its normal form, and only a member that ZIP calls a regular file can be executable.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from strata.errors import venv as errors
from strata.venv.environment import SandboxVenv
from strata.venv.record import Row, Summary, record_text
from strata.venv.scripts import first_line
from strata.venv.wheel_archive import WheelArchive


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
        rows = {path: self._row(path, check=path not in contested) for path in files}
        texts = {f"bin/{name}": text for name, text in self.archive.scripts.items()}
        files.update(dict.fromkeys(texts, True))
        installer, record = f"{self.archive.info}/INSTALLER", f"{self.archive.info}/RECORD"
        texts[installer] = "strata\n"
        for path, text in texts.items():
            if path not in contested:
                (self.venv.prefix / path).write_text(text, encoding="utf-8")
            rows[path] = self._summary(path).row(self._recorded(path))
        rows[record] = self._recorded(record), "", ""
        (self.venv.prefix / record).write_text(record_text(rows.values()), encoding="utf-8")
        files[installer] = files[record] = False
        return [InstalledFile(path, executable) for path, executable in sorted(files.items())]

    def scripts(self) -> Iterator[str]:
        """The names of the commands in bin."""
        yield from (os.path.basename(path) for path, member in self.archive.files.items() if member.script)
        yield from self.archive.scripts

    def place(self, path: str) -> None:
        """Puts the wheel's own file at a path, whatever is there."""
        file = self.venv.prefix / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.startswith("bin/") and path[len("bin/") :] in self.archive.scripts:
            file.write_text(self.archive.scripts[path[len("bin/") :]], encoding="utf-8")
            return
        member = self.archive.files[path]
        with self.archive.member(member) as content, file.open("wb") as output:
            if member.script:
                output.write(first_line(content.readline()))
            shutil.copyfileobj(content, output)

    def _row(self, path: str, *, check: bool) -> Row:
        member, file = self.archive.files[path], self.venv.prefix / path
        if check and (member.script or (path.startswith("include/") and not file.is_file())):
            self.place(path)
        elif not file.is_file():
            raise errors.not_installed(self.archive.wheel.path.name, member.name)
        summary = self._summary(path)
        if check and not member.script and (summary.crc, summary.size) != (member.crc, member.size):
            raise errors.installed_otherwise(self.archive.wheel.path.name, member.name)
        return summary.row(self._recorded(path))

    def _summary(self, path: str) -> Summary:
        with (self.venv.prefix / path).open("rb") as stream:
            return Summary.of(stream)

    def _recorded(self, path: str) -> str:
        """As in RECORD: relative to site-packages, with `..` for what lies elsewhere in the venv."""
        return os.path.relpath(path, os.path.dirname(self.archive.info))


def settle_overlaps(distributions: Sequence[Distribution]) -> Mapping[str, list[str]]:
    """Path → the wheels that have different files for it. The last one's is put there, whichever was installed last.

    Installers let wheels overwrite each other's files, in an order of their own; some projects rely on it.
    """
    owners: dict[str, list[tuple[Distribution, object]]] = {}
    for distribution in distributions:
        archive = distribution.archive
        files: dict[str, object] = {path: (member.crc, member.size) for path, member in archive.files.items()}
        files.update((f"bin/{name}", text) for name, text in archive.scripts.items())
        for path, content in files.items():
            owners.setdefault(path, []).append((distribution, content))
    contested = {}
    for path, sharing in owners.items():
        if len({content for _, content in sharing}) > 1:
            contested[path] = [distribution.archive.wheel.path.name for distribution, _ in sharing]
            sharing[-1][0].place(path)
    return contested
