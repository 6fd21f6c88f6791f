"""This module runs uv as the installer, and as the front end of builds. uv is a static program in its wheel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from strata.errors import installers as installer_errors
from strata.errors import wheels as errors
from strata.installers.installer import requirements_file, run_tool
from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.wheel import Wheel
from strata.wheels.zip_reader import opened_zip

# Most of what uv costs the system are its first touches of small pages. jemalloc, its allocator, asks for huge pages
# where the system leaves that to programs: the proof of numpy and pandas took 0.67 s of a processor rather than 0.95.
# Of one arena for all threads rather than one for each, few huge pages stay half empty.
MEMORY = {"_RJEM_MALLOC_CONF": "thp:always,narenas:1"}


def install_with_uv(installer: SandboxInstaller, venv: SandboxVenv, wheels: Sequence[Wheel], scratch: Path) -> None:
    """Install wheels with uv, which asks the venv's Python for the directories. Raise StrataError where it fails.

    uv unpacks a wheel beside the venv first. A hard link moves each file from there, where a copy would write it twice.
    """
    arguments = [
        "--quiet", "pip", "install", "--python", str(venv.python), "--no-index", "--no-deps", "--no-build",
        "--link-mode", "hardlink", "--requirements", str(requirements_file(wheels, scratch)),
    ]  # fmt: skip
    environment = {**venv.variables, **MEMORY}
    run_tool("uv", [*uv_command(installer), *arguments], scratch, environment=environment)


def uv_command(installer: SandboxInstaller) -> list[str]:
    """Return the command that starts uv without settings, caches and a network.

    Raise StrataError where uv could start no other program: a worker of remote execution may lack what it needs.
    """
    if not Path(os.devnull).exists():
        raise installer_errors.no_devices("uv")
    return [str(installer.program.absolute()), "--no-config", "--no-cache", "--offline", "--no-python-downloads"]


def unpack_uv(wheel: Path, directory: Path) -> Path:
    """Unpack the program from the wheel of uv into a directory; return its absolute path."""
    program = directory.absolute() / "uv"
    with opened_zip(wheel, errors.unreadable_wheel) as archive:
        (member,) = (member for member in archive.members if member.filename.endswith(".data/scripts/uv"))
        with archive.open(member) as content, program.open("wb") as output:
            shutil.copyfileobj(content, output)
    program.chmod(0o755)
    return program
