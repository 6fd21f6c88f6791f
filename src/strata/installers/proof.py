"""The verb `proof` proves that the real installer makes of wheels what their layers have.

The installer fills a venv of its own. Every file that it installed is compared with the wheel, but for what installers
write each in their own way (strata.wheels.installed_form): scripts, and what they add to the metadata. There is no
output: layers are made from the wheels (strata.layers.dependencies).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.installers.install import install
from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.proof import Request, Result
from strata.wheels.archive import Member, WheelArchive

_PIECE = 1 << 20


def run(request: Request) -> Result:
    archives = [WheelArchive.open(wheel, request.interpreter.feature_version) for wheel in request.wheels]
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    venv = SandboxVenv.create(scratch / "venv", request.interpreter)
    install(request.installer, venv, archives, scratch)
    compare(archives, venv)
    return Result()


def compare(archives: Sequence[WheelArchive], venv: SandboxVenv) -> None:
    """Raises StrataError where the installer did not install the wheels as they are.

    Installers let wheels overwrite each other's files, in an order of their own; some projects rely on it. Where
    several of the wheels have a file for one path, that of any of them is right.
    """
    owners: dict[str, list[tuple[WheelArchive, Member]]] = {}
    for archive in archives:
        for path, member in archive.files.items():
            owners.setdefault(path, []).append((archive, member))
    written = {f"bin/{name}" for archive in archives for name in archive.scripts}
    for path, sharing in owners.items():
        archive, member = sharing[0]
        file = venv.prefix / path
        if path in written or any(each.script for _, each in sharing):
            continue
        if not file.is_file():
            # uv has another directory for headers.
            if path.startswith("include/"):
                continue
            raise errors.not_installed(archive.wheel.path.name, member.name)
        if _crc_and_size(file) not in {(each.crc, each.size) for _, each in sharing}:
            raise errors.installed_otherwise(archive.wheel.path.name, member.name)


def _crc_and_size(file: Path) -> tuple[int, int]:
    crc = size = 0
    with file.open("rb") as stream:
        while True:
            piece = stream.read(_PIECE)
            if not piece:
                return crc, size
            crc, size = zlib.crc32(piece, crc), size + len(piece)
