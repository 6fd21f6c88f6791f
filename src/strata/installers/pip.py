"""This module runs pip as the installer, and as the front end of builds.

pip runs out of an archive (strata.installers.prepare) on the venv's interpreter, and is no part of the venv.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strata.installers.installer import requirements_file, run_tool
from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.wheel import Wheel


def install_with_pip(installer: SandboxInstaller, venv: SandboxVenv, wheels: Sequence[Wheel], scratch: Path) -> None:
    """Install wheels with pip. Raise StrataError where it fails."""
    arguments = [
        "--quiet", "install", "--no-index", "--no-deps", "--only-binary=:all:", "--no-compile",
        # The archive that pip runs out of has metadata of a pip, which is not installed.
        "--ignore-installed", "--no-warn-script-location", "--root-user-action=ignore",
        "--requirement", str(requirements_file(wheels, scratch)),
    ]  # fmt: skip
    # To describe the machine to an index, which it asks nothing here, pip runs what it finds: lsb_release, rustc.
    variables = {**venv.variables, "PATH": str(scratch / "no-programs")}
    run_tool("pip", [*pip_command(installer, venv), *arguments], scratch, environment=variables)


def pip_command(installer: SandboxInstaller, venv: SandboxVenv) -> list[str]:
    """Return the command that starts pip out of its archive, which `python ARCHIVE/pip` allows.

    It runs on the venv's Python. pip's own option `--python` would start a second pip there.
    """
    pip = installer.program.absolute() / "pip"
    options = ["--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    return [str(venv.python), "-I", str(pip), *options]
