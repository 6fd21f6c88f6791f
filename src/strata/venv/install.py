"""Wheels into a venv, with whichever installer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from strata.venv.environment import SandboxVenv
from strata.venv.installer import Installer, install_with_pip
from strata.venv.poetry import install_with_poetry
from strata.venv.record import with_regular_record
from strata.venv.uv import install_with_uv
from strata.venv.wheel_archive import WheelArchive

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
