"""Wheels into a venv, with whichever installer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from strata.installers.installer import Installer, install_with_pip
from strata.installers.poetry import install_with_poetry
from strata.installers.uv import install_with_uv
from strata.wheels.archive import WheelArchive
from strata.wheels.environment import SandboxVenv
from strata.wheels.record import with_regular_record

_INSTALL = {"pip": install_with_pip, "uv": install_with_uv, "poetry": install_with_poetry}


def install(installer: Installer, venv: SandboxVenv, archives: Sequence[WheelArchive], scratch: Path) -> None:
    """Raises StrataError with what the installer wrote where it fails."""
    if not archives:
        return
    wheels = [
        replace(archive.wheel, path=with_regular_record(archive.wheel.path, archive.record, scratch))
        for archive in archives
    ]
    _INSTALL[installer.tool](installer, venv, wheels, scratch)
