"""Installers, and pip: how it is told to fill a venv from wheels that lie beside it, without a network.

An installer runs as it comes from its wheels, which are not part of the venv. What it reads and writes beside the venv
lies in a scratch directory; its environment says nothing of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.installers.program import run_program
from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.installer import SandboxInstaller
from strata.protocol.wheel import Wheel


def install_with_pip(installer: SandboxInstaller, venv: SandboxVenv, wheels: Sequence[Wheel], scratch: Path) -> None:
    arguments = [
        "--quiet", "install", "--no-index", "--no-deps", "--only-binary=:all:", "--no-compile",
        "--no-warn-script-location", "--root-user-action=ignore",
        "--requirement", str(requirements_file(wheels, scratch)),
    ]  # fmt: skip
    run_tool("pip", [*pip_command(installer, venv), *arguments], scratch)


def pip_command(installer: SandboxInstaller, venv: SandboxVenv) -> list[str]:
    """Runs pip out of its wheel, which `python WHEEL/pip` allows. The interpreter is the venv's, so `--python`, which
    would start a second pip in the venv's Python, has nothing to add.
    """
    pip = installer.wheels[0].absolute() / "pip"
    options = ["--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    return [str(venv.python), "-I", str(pip), *options]


def run_tool(
    tool: str,
    argv: Sequence[str],
    scratch: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs an installer with an empty home in `scratch`. Raises StrataError with what it wrote where it fails."""
    ended = run_program(argv, scratch, cwd=cwd, environment=environment)
    if ended.code != 0:
        raise errors.installer_failed(tool, ended.output)


def requirements_file(wheels: Sequence[Wheel], scratch: Path) -> Path:
    """A requirements file that names each wheel by its path, so that nothing is left to choose."""
    file = scratch / "requirements.txt"
    file.write_text("".join(f"{wheel.name} @ {wheel.path.absolute().as_uri()}\n" for wheel in wheels))
    return file
