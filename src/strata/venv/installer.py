"""The installers: how each is told to fill a venv from wheels that lie beside it, without a network.

An installer runs as it comes, from its own wheel, on the Python of the venv, which it is not part of.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from strata.errors import venv as errors
from strata.venv.environment import SandboxVenv

# What pip writes of a failure is short; what it may quote of a broken wheel is not.
_SHOWN_LINES = 20


@dataclass(frozen=True)
class Wheel:
    """A wheel to install, which was checked against its hash when it was fetched; `path` from the working directory."""

    name: str
    version: str
    path: Path


def install_with_pip(pip: Path, venv: SandboxVenv, wheels: Sequence[Wheel], scratch: Path) -> None:
    """Runs pip out of its wheel, which `python WHEEL/pip` allows. The interpreter is the venv's, so `--python`, which
    would start a second pip in the venv's Python, has nothing to add.
    """
    requirements = scratch / "requirements.txt"
    requirements.write_text("".join(f"{wheel.name} @ {wheel.path.absolute().as_uri()}\n" for wheel in wheels))
    arguments = [
        "--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--quiet",
        "install", "--no-index", "--no-deps", "--only-binary=:all:", "--no-compile",
        "--no-warn-script-location", "--root-user-action=ignore", "--requirement", str(requirements),
    ]  # fmt: skip
    _run("pip", [str(venv.python), "-I", str(pip.absolute() / "pip"), *arguments], scratch)


def _run(tool: str, argv: Sequence[str], scratch: Path) -> None:
    home = scratch / "home"
    home.mkdir()
    environment = {"HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": str(home)}
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise errors.installer_failed(tool, done.stdout.strip().splitlines()[-_SHOWN_LINES:])
