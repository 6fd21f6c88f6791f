"""A venv (PEP 405) at two places: in the sandbox, where an installer fills it, and in the image, where it is used.

In the sandbox `bin/python` is a script that starts the interpreter artifact through its own loader. The loader's
`--argv0` makes CPython believe it was started as that script, so it finds `pyvenv.cfg` beside it and the standard
library through `home`: an installer sees an ordinary venv. In the image `bin/python` is a link to the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strata.oci.layer import Directory, Entry, File, Symlink

IMAGE_PREFIX = "opt/venv"
"""Where the venv lies in an image, without the leading slash."""

IMAGE_PYTHON = f"/{IMAGE_PREFIX}/bin/python"


@dataclass(frozen=True)
class SandboxInterpreter:
    """The interpreter artifact below the working directory; paths relative to it. `version` is full, as 3.13.5."""

    loader: Path
    library_path: Path
    python: Path
    version: str

    @classmethod
    def from_request(cls, fields: Mapping[str, Any]) -> SandboxInterpreter:
        return cls(Path(fields["loader"]), Path(fields["library_path"]), Path(fields["python"]), fields["version"])

    def command(self) -> list[str]:
        """What starts it, from any directory."""
        here = Path.cwd()
        libraries = str(here / self.library_path)
        return [str(here / self.loader), "--inhibit-cache", "--library-path", libraries, str(here / self.python)]

    @property
    def feature_version(self) -> str:
        """As in the names of directories: 3.13."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class SandboxVenv:
    """A venv that an installer can fill, at the absolute path `prefix`."""

    prefix: Path
    interpreter: SandboxInterpreter

    @classmethod
    def create(cls, prefix: Path, interpreter: SandboxInterpreter) -> SandboxVenv:
        venv = cls(prefix, interpreter)
        venv.site_packages.mkdir(parents=True)
        venv.python.parent.mkdir()
        (prefix / "lib64").symlink_to("lib")
        loader, *arguments = interpreter.command()
        quoted = " ".join(f'"{argument}"' for argument in arguments)
        venv.python.write_text(f'#!/bin/sh\nexec "{loader}" --argv0 "$0" {quoted} "$@"\n')
        venv.python.chmod(0o755)
        home = Path.cwd() / interpreter.python.parent
        (prefix / "pyvenv.cfg").write_text(_configuration(home, interpreter.feature_version))
        return venv

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        return self.prefix / "lib" / f"python{self.interpreter.feature_version}" / "site-packages"


def venv_entries(feature_version: str) -> Iterator[Entry]:
    """What makes an image's directory a venv, without what is installed."""
    python = f"python{feature_version}"
    yield File(f"{IMAGE_PREFIX}/pyvenv.cfg", _configuration(Path("/usr/bin"), feature_version).encode())
    yield Symlink(f"{IMAGE_PREFIX}/bin/python", f"/usr/bin/{python}")
    yield Symlink(f"{IMAGE_PREFIX}/bin/python3", "python")
    yield Symlink(f"{IMAGE_PREFIX}/bin/{python}", "python")
    yield Symlink(f"{IMAGE_PREFIX}/lib64", "lib")
    yield Directory(image_site_packages(feature_version))


def image_site_packages(feature_version: str) -> str:
    """The directory of installed packages in an image, without the leading slash."""
    return f"{IMAGE_PREFIX}/lib/python{feature_version}/site-packages"


def _configuration(home: Path, version: str) -> str:
    """pyvenv.cfg. `home` is the directory of the interpreter that the venv is made of; `version` is for people, so a
    patch release of CPython does not change it.
    """
    return f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
