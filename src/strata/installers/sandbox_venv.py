"""This module makes the venv that an installer fills in a sandbox (PEP 405).

Its `bin/python` is a script that starts the interpreter artifact through its own loader. The loader's `--argv0` makes
CPython believe it was started as that script, so it finds `pyvenv.cfg` beside it and the standard library through
`home`: an installer sees an ordinary venv. In an image `bin/python` is a link to the interpreter
(strata.wheels.image_venv).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.interpreter import SandboxInterpreter
from strata.wheels.image_venv import configuration


@dataclass(frozen=True)
class SandboxVenv:
    """A venv that an installer can fill.

    :param prefix: the root directory of the venv, an absolute path.
    """

    prefix: Path
    interpreter: SandboxInterpreter

    @classmethod
    def create(cls, prefix: Path, interpreter: SandboxInterpreter) -> SandboxVenv:
        """Write a venv without packages to a directory that does not exist yet."""
        venv = cls(prefix, interpreter)
        venv.site_packages.mkdir(parents=True)
        venv.python.parent.mkdir()
        (prefix / "lib64").symlink_to("lib")
        loader, *arguments = interpreter.command(Path.cwd())
        quoted = " ".join(f'"{argument}"' for argument in arguments)
        venv.python.write_text(f'#!/bin/sh\nexec "{loader}" --argv0 "$0" {quoted} "$@"\n')
        venv.python.chmod(0o755)
        home = (Path.cwd() / interpreter.python).parent
        (prefix / "pyvenv.cfg").write_text(configuration(home, interpreter.feature_version))
        return venv

    @property
    def python(self) -> Path:
        """Return the path of the script that starts the interpreter in this venv."""
        return self.prefix / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Return the directory of installed packages."""
        return self.prefix / "lib" / f"python{self.interpreter.feature_version}" / "site-packages"
