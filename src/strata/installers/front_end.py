"""This module gives the command with which an installer tool builds a wheel of an unpacked project (PEP 517).

pip and uv are build front ends. Poetry builds with `build`, which is among its requirements, and so does this module.
Nothing is fetched: the build backend is in the venv already, and there is no network.
"""

from __future__ import annotations

from pathlib import Path

from strata.installers.pip import pip_command
from strata.installers.poetry import unpack_poetry
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.uv import uv_command
from strata.protocol.installers.installer import SandboxInstaller

_START_BUILD = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "build"
from build.__main__ import main
main(sys.argv[1:])
"""


def front_end(installer: SandboxInstaller, venv: SandboxVenv, scratch: Path) -> list[str]:
    """Return the command, without its last two arguments: the directory for the wheel, and the project's directory.

    Poetry is unpacked into the directory `scratch`.
    """
    if installer.tool == "pip":
        options = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--check-build-dependencies"]
        return [*pip_command(installer, venv), *options, "--wheel-dir"]
    if installer.tool == "uv":
        options = ["build", "--wheel", "--no-index", "--no-build-isolation", "--python", str(venv.python)]
        return [*uv_command(installer), *options, "--out-dir"]
    site = unpack_poetry([installer.program], scratch)
    return [str(venv.python), "-I", "-c", _START_BUILD, str(site), "--wheel", "--no-isolation", "--outdir"]
