"""This module has the parts that pip, uv and Poetry share: starting the tool, and naming the wheels to it.

An installer runs from its own wheels, which are no part of the venv. Apart from the venv it reads and writes only a
scratch directory, and its environment says nothing of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.installers.program import run_program
from strata.protocol.wheel import Wheel


def run_tool(
    tool: str,
    argv: Sequence[str],
    scratch: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run an installer with an empty home directory in `scratch`.

    Raise StrataError, with the last lines of its output, where it fails.
    """
    ended = run_program(argv, scratch, cwd=cwd, environment=environment)
    if ended.code != 0:
        raise errors.installer_failed(tool, ended.output)


def requirements_file(wheels: Sequence[Wheel], scratch: Path) -> Path:
    """Write a requirements file to `scratch` and return its path.

    It names each wheel by its path, so the installer has nothing to choose.
    """
    file = scratch / "requirements.txt"
    file.write_text("".join(f"{wheel.name} @ {wheel.path.absolute().as_uri()}\n" for wheel in wheels))
    return file
