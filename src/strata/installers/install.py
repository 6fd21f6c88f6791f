"""This module installs wheels into a venv with the installer that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from strata.installers.pip import install_with_pip
from strata.installers.poetry import install_with_poetry
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.uv import install_with_uv
from strata.protocol.installers.installer import SandboxInstaller
from strata.wheels.archive import WheelArchive
from strata.wheels.record import with_regular_record

_INSTALL = {"pip": install_with_pip, "uv": install_with_uv, "poetry": install_with_poetry}


def install(installer: SandboxInstaller, venv: SandboxVenv, archives: Sequence[WheelArchive], scratch: Path) -> None:
    """Install wheels into a venv. Raise StrataError, with the output of the installer, where it fails."""
    if not archives:
        return
    wheels = [
        replace(archive.wheel, path=with_regular_record(archive.wheel.path, archive.record, scratch))
        for archive in archives
    ]
    _INSTALL[installer.tool](installer, venv, wheels, scratch)
