"""This module makes the venv that an installer fills in a sandbox (PEP 405).

Its `bin/python` is a launcher (strata.installers.launcher) that starts the interpreter artifact through its own loader.
The loader's `--argv0` makes CPython believe it was started as that program, so it finds `pyvenv.cfg` beside it and the
standard library through `home`: an installer sees an ordinary venv. The loader of Debian 11 has no such option (glibc
2.33): it starts a link in the venv's `bin`, which CPython follows to its standard library, and beside which it finds
`pyvenv.cfg`. In an image `bin/python` is a link to the interpreter (strata.wheels.image_venv).

A venv may be filled with wheels for another machine, whose interpreter does not run here. Installers ask the venv's
Python which wheels it takes, and CPython answers with the platform in _PYTHON_HOST_PLATFORM, a variable for builds for
other machines (`sysconfig.get_platform`): `SandboxVenv.variables` has it, for the installer to hand on. The version of
the C library is that of the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.installers.launcher import ITSELF, write_launcher
from strata.protocol.interpreter import SandboxInterpreter
from strata.wheels.image_venv import configuration

_ARGV0 = b"--argv0"


@dataclass(frozen=True)
class SandboxVenv:
    """A venv that an installer can fill.

    :param prefix: the root directory of the venv, an absolute path.
    :param machine: that its wheels are for, `aarch64`; None for the one that the interpreter runs on.
    """

    prefix: Path
    interpreter: SandboxInterpreter
    machine: Optional[str] = None

    @classmethod
    def create(cls, prefix: Path, interpreter: SandboxInterpreter, *, machine: Optional[str] = None) -> SandboxVenv:
        """Write a venv without packages to a directory that does not exist yet."""
        venv = cls(prefix, interpreter, machine)
        venv.site_packages.mkdir(parents=True)
        venv.python.parent.mkdir()
        (prefix / "lib64").symlink_to("lib")
        write_launcher(venv.python, venv._command())
        home = (Path.cwd() / interpreter.python).parent
        (prefix / "pyvenv.cfg").write_text(configuration(home, interpreter.feature_version))
        return venv

    def _command(self) -> list[object]:
        """Return the arguments of the launcher. Write the link that stands for it where it needs one."""
        loader, *options, program = self.interpreter.command(Path.cwd())
        if _ARGV0 in Path(loader).read_bytes():
            return [loader, _ARGV0.decode(), ITSELF, *options, program]
        link = self.python.with_name(f"python{self.interpreter.feature_version}")
        link.symlink_to(program)
        return [loader, *options, str(link)]

    @property
    def python(self) -> Path:
        """Return the path of the program that starts the interpreter in this venv."""
        return self.prefix / "bin" / "python"

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the variables that a program needs which asks `python` about its machine."""
        return {"_PYTHON_HOST_PLATFORM": f"linux-{self.machine}"} if self.machine else {}

    @property
    def site_packages(self) -> Path:
        """Return the directory of installed packages."""
        return self.prefix / "lib" / f"python{self.interpreter.feature_version}" / "site-packages"
