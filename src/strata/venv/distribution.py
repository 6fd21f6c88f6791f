"""An installed distribution: its `.dist-info` directory, and the one form that it has after any installer.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/

What installers write differently, and what it becomes:

- `INSTALLER` names `strata`, whichever tool ran; `REQUESTED` and `direct_url.json` are dropped: all is from the lock.
- Scripts of entry points are written anew for the image's Python; other scripts get its path in their first line.
- `RECORD` is sorted, in one spelling, without bytecode, and with the hashes of what was changed.
"""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from strata.errors import venv as errors
from strata.venv.environment import IMAGE_PYTHON, SandboxVenv

_DROPPED = ("REQUESTED", "direct_url.json")
_SCRIPT_GROUPS = ("console_scripts", "gui_scripts")
_ENTRY_POINT = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<attribute>[\w.]+)\s*(\[.*\])?")
_SUFFIXES = re.compile(r"(\.py|(\.[^./]+)?\.so)$")


@dataclass(frozen=True)
class Distribution:
    """One installed project; `info` is the absolute path of its `.dist-info` directory."""

    name: str
    version: str
    info: Path
    venv: SandboxVenv

    def normalise(self) -> None:
        """Brings scripts and metadata into the form that does not depend on the installer."""
        for name in _DROPPED:
            (self.info / name).unlink(missing_ok=True)
        (self.info / "INSTALLER").write_text("strata\n")
        scripts = self._entry_point_scripts()
        rows = {}
        for path in {*self.files(), self.info / "INSTALLER"}:
            if path.parent == self.venv.python.parent:
                self._normalise_script(path, scripts.get(path.name))
            rows[self._record_path(path)] = _record_row(path)
        record = self.info / "RECORD"
        rows[self._record_path(record)] = ("", "")
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([path, *rows[path]] for path in sorted(rows))
        record.write_text(text.getvalue(), encoding="utf-8")

    def files(self) -> Iterator[Path]:
        """The files that RECORD names and that are there, without RECORD itself and bytecode."""
        record = self.info / "RECORD"
        for row in csv.reader(io.StringIO(record.read_text(encoding="utf-8"))):
            if not row or not row[0]:
                continue
            path = _lexical(self.venv.site_packages / row[0])
            if self.venv.prefix not in path.parents:
                raise errors.record_damaged(self.name, ",".join(row))
            if path != record and "__pycache__" not in path.parts and path.is_file():
                yield path

    def modules(self) -> Iterator[str]:
        """The importable modules: `uvicorn`, `uvicorn.main`, `uvicorn.__main__` …"""
        for path in self.files():
            relative = PurePosixPath(path.relative_to(self.venv.prefix).as_posix())
            root = PurePosixPath(self.venv.site_packages.relative_to(self.venv.prefix).as_posix())
            if root in relative.parents and _SUFFIXES.search(relative.name):
                parts = [*relative.relative_to(root).parts[:-1], _SUFFIXES.sub("", relative.name)]
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def scripts(self) -> Iterator[str]:
        """The names of the commands in bin."""
        return (path.name for path in self.files() if path.parent == self.venv.python.parent)

    def _entry_point_scripts(self) -> dict[str, str]:
        """Script name → its text, for the console and GUI scripts that the distribution declares."""
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        file = self.info / "entry_points.txt"
        if file.is_file():
            parser.read_string(file.read_text(encoding="utf-8"))
        found = {}
        for group in _SCRIPT_GROUPS:
            for name, reference in parser.items(group) if parser.has_section(group) else ():
                match = _ENTRY_POINT.fullmatch(reference.strip())
                if match:
                    found[name] = _script_text(match["module"], match["attribute"])
        return found

    def _normalise_script(self, path: Path, entry_point: str | None) -> None:
        if entry_point is not None:
            path.write_text(entry_point, encoding="utf-8")
        else:
            first, newline, rest = path.read_bytes().partition(b"\n")
            # Installers write the venv's Python where the wheel says `#!python`, behind `/bin/sh` where it is too long.
            if first.startswith(b"#!") and str(self.venv.python).encode() in first:
                path.write_bytes(f"#!{IMAGE_PYTHON}".encode() + newline + rest)
        path.chmod(0o755)

    def _record_path(self, path: Path) -> str:
        """As RECORD spells it: relative to site-packages, with `..` for what lies elsewhere in the venv."""
        if self.venv.site_packages in path.parents:
            return path.relative_to(self.venv.site_packages).as_posix()
        return "../../../" + path.relative_to(self.venv.prefix).as_posix()


def installed(venv: SandboxVenv) -> list[Distribution]:
    """The distributions in a venv, sorted by name as the index spells it (PEP 503)."""
    found = []
    for info in venv.site_packages.glob("*.dist-info"):
        metadata = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8", errors="replace"))
        found.append(Distribution(re.sub(r"[-_.]+", "-", metadata["Name"]).lower(), metadata["Version"], info, venv))
    return sorted(found, key=lambda distribution: distribution.name)


def _script_text(module: str, attribute: str) -> str:
    top = attribute.partition(".")[0]
    return (
        f"#!{IMAGE_PYTHON}\n"
        "import sys\n"
        f"from {module} import {top}\n"
        'if __name__ == "__main__":\n'
        '    sys.argv[0] = sys.argv[0].removesuffix(".exe")\n'
        f"    sys.exit({attribute}())\n"
    )


def _record_row(path: Path) -> tuple[str, str]:
    data = path.read_bytes()
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}", str(len(data))


def _lexical(path: Path) -> Path:
    """The path with `..` resolved by name: nothing in a new venv is a link."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)
