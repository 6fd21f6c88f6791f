"""Build front ends: each installer tool makes a wheel of an unpacked project, with the build backend in a venv.

pip and uv are front ends themselves. Poetry installs projects that it did not make with `build`, which is among its
own requirements; so does this. Nothing is fetched: the venv holds the backend, and there is no network.
"""

from __future__ import annotations

from pathlib import Path

from strata.installers.installer import pip_command
from strata.installers.poetry import unpack_poetry
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.uv import uv_command
from strata.protocol.installer import SandboxInstaller

_START_BUILD = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "build"
from build.__main__ import main
main(sys.argv[1:])
"""


def front_end(installer: SandboxInstaller, venv: SandboxVenv, scratch: Path) -> list[str]:
    """The command, to which the directory for the wheel and that of the project are to be added."""
    if installer.tool == "pip":
        options = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--check-build-dependencies"]
        return [*pip_command(installer, venv), *options, "--wheel-dir"]
    if installer.tool == "uv":
        options = ["build", "--wheel", "--no-index", "--no-build-isolation", "--python", str(venv.python)]
        return [*uv_command(installer, scratch), *options, "--out-dir"]
    site = unpack_poetry(installer, scratch)
    return [str(venv.python), "-I", "-c", _START_BUILD, str(site), "--wheel", "--no-isolation", "--outdir"]
