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

from strata.oci.layer import Entry, File, Symlink

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
        here = Path.cwd()
        venv.python.write_text(
            "#!/bin/sh\n"
            f'exec "{here / interpreter.loader}" --argv0 "$0" --library-path "{here / interpreter.library_path}" '
            f'"{here / interpreter.python}" "$@"\n'
        )
        venv.python.chmod(0o755)
        (prefix / "pyvenv.cfg").write_text(_configuration(here / interpreter.python.parent, interpreter.version))
        return venv

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        return self.prefix / "lib" / f"python{self.interpreter.feature_version}" / "site-packages"

    def entries(self) -> Iterator[Entry]:
        """The venv as it lies in an image. Modes say only whether a file is executable; nobody may change it."""
        python = f"python{self.interpreter.feature_version}"
        yield File(f"{IMAGE_PREFIX}/pyvenv.cfg", _configuration(Path("/usr/bin"), self.interpreter.version).encode())
        yield Symlink(f"{IMAGE_PREFIX}/bin/python", f"/usr/bin/{python}")
        yield Symlink(f"{IMAGE_PREFIX}/bin/python3", "python")
        yield Symlink(f"{IMAGE_PREFIX}/bin/{python}", "python")
        yield Symlink(f"{IMAGE_PREFIX}/lib64", "lib")
        for path in sorted(self.prefix.rglob("*")):
            if path.is_file() and path not in (self.python, self.prefix / "pyvenv.cfg"):
                mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
                yield File(f"{IMAGE_PREFIX}/{path.relative_to(self.prefix).as_posix()}", path, mode=mode)


def image_site_packages(feature_version: str) -> str:
    """The directory of installed packages in an image, without the leading slash."""
    return f"{IMAGE_PREFIX}/lib/python{feature_version}/site-packages"


def _configuration(home: Path, version: str) -> str:
    """pyvenv.cfg. `home` is the directory of the interpreter that the venv is made of."""
    return f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
