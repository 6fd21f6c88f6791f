"""The verb `proof` installs wheels with the real installer and compares the files with the wheels.

The installer fills a venv of its own, and each installed file must equal the wheel's member. Scripts, and the metadata
that installers add, are not compared: each installer writes these in its own way (strata.wheels.installed_form). The
verb writes no files: layers are made from the wheels (strata.layers.dependencies).

The wheels may be for another machine than the interpreter is (strata.installers.sandbox_venv): nothing of them runs.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.installers.install import install
from strata.installers.sandbox_venv import SandboxVenv
from strata.pieces import pieces
from strata.protocol.proof import Request, Result
from strata.wheels.archive import Member, WheelArchive

_NICENESS = 10
"""Layers of other images may be under way, and somebody waits for these."""


def run(request: Request) -> Result:
    """Install and compare. Raise StrataError where the installer fails, or a file differs from its wheel."""
    os.nice(_NICENESS)
    archives = [WheelArchive.open(wheel, request.interpreter.feature_version) for wheel in request.wheels]
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    venv = SandboxVenv.create(scratch / "venv", request.interpreter, machine=request.machine)
    install(request.installer, venv, archives, scratch)
    compare(archives, venv)
    return Result()


def compare(archives: Sequence[WheelArchive], venv: SandboxVenv) -> None:
    """Raise StrataError where a venv lacks a file of the wheels, or has it with other content.

    Installers let wheels overwrite each other's files, in any order, and some projects rely on that. So where several
    wheels have a file for one path, the content of any of them passes.
    """
    owners: dict[str, list[tuple[WheelArchive, Member]]] = {}
    for archive in archives:
        for path, member in archive.files.items():
            owners.setdefault(path, []).append((archive, member))
    written = {f"bin/{name}" for archive in archives for name in archive.scripts}
    for path, sharing in owners.items():
        archive, member = sharing[0]
        # A text: some wheels have thousands of files, and a Path takes as long to make as a small file to read.
        file = f"{venv.prefix}/{path}"
        if path in written or any(each.script for _, each in sharing):
            continue
        if not os.path.isfile(file):
            # uv has another directory for headers.
            if path.startswith("include/"):
                continue
            raise errors.not_installed(archive.wheel.path.name, member.name)
        if _crc_and_size(file) not in {(each.crc, each.size) for _, each in sharing}:
            raise errors.installed_otherwise(archive.wheel.path.name, member.name)


def _crc_and_size(file: str) -> tuple[int, int]:
    crc = size = 0
    with open(file, "rb") as stream:
        for piece in pieces(stream):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
    return crc, size
