"""The programs that messages tell a user to run, as commands in one directory: uv, pip, Poetry and Pex."""

from __future__ import annotations

import sys
from pathlib import Path

from strata.installers.poetry import unpack_poetry
from strata.installers.sandbox_venv import SandboxVenv
from strata.interpreters.paths import interpreter_below
from support.environments import hashed_environment
from support.nested_pants import NestedPants
from support.venvs.sandbox import PLATFORM, Interpreter

_TOOLS = ("pip", "poetry")
_POETRY = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "poetry"
from poetry.console.application import main
sys.exit(main())
"""


def write_programs(folder: Path, pants: NestedPants) -> Path:
    """Return a directory to put on PATH. pip and Poetry run on the interpreter that the project packaged.

    :param folder: empty; all that the programs need is below it.
    """
    built = {f"programs/{tool}/BUILD": f'python_installer(name="{tool}", tool="{tool}")\n' for tool in _TOOLS}
    pants.write(built)
    pants.run("package", *(f"programs/{tool}:{tool}" for tool in _TOOLS)).succeeded()
    layouts = pants.root / "dist"
    interpreter = Interpreter.unpack(folder / "python", layouts)
    venv = SandboxVenv.create(folder / "venv", interpreter_below(str(folder / "python"), PLATFORM, interpreter.version))
    wheels = {tool: tuple(sorted((layouts / f"programs.{tool}/{tool}").glob("*.whl"))) for tool in _TOOLS}
    poetry = unpack_poetry(wheels["poetry"], folder)
    (folder / "start_poetry.py").write_text(_POETRY)
    (pip,) = wheels["pip"]
    commands = {
        "pip": f'"{venv.python}" "{pip}/pip"',
        "poetry": f'VIRTUAL_ENV="{venv.prefix}" "{venv.python}" -I "{folder}/start_poetry.py" "{poetry}"',
        "pex3": f'"{sys.executable}" -m pex.cli',
    }
    programs = folder / "bin"
    programs.mkdir()
    uv = hashed_environment("uv", sys.executable, Path("src/strata/locks/installer_locks/uv.lock")).parent / "uv"
    (programs / "uv").symlink_to(uv)
    for name, command in commands.items():
        (programs / name).write_text(f'#!/bin/sh\nexec env {command} "$@"\n')
        (programs / name).chmod(0o755)
    return programs
