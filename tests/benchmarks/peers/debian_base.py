"""An image from nothing, as people make one of Debian: debootstrap, and the Dockerfile with uv on what it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.peers.buildah import Buildah
from benchmarks.peers.dockerfiles import BASE, BUILDER, IMPORTED, UV, UV_ALONE
from benchmarks.timing import run
from benchmarks.toolbox import Toolbox
from support.programs import require

# Debian 13 has the CPython of the images. Without documentation, which ours have not either.
_RELEASE = "trixie"
_PACKAGES = "python3,ca-certificates,tzdata,netbase"


def from_nothing(peers: Buildah, context: Path, mirror: str, tools: Toolbox) -> float:
    """Seconds from packages on the disk to a layout."""
    folder = peers.folder / "debian"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    program = require("debootstrap", "debootstrap")
    options = ("--variant=minbase", f"--include={_PACKAGES}")
    seconds = run(program, *options, _RELEASE, folder / "root", f"{mirror}/main").seconds
    for packed in (folder / "root/var/cache/apt/archives").glob("*.deb"):
        packed.unlink()
    shutil.copy(tools.uv, folder / "uv")
    own = {BASE: "localhost/debian", BUILDER: "localhost/debian-uv"}
    seconds += peers.build(folder, IMPORTED, "debian", layers=False)
    # uv is an image that is pulled; its copy is not timed with the others' either.
    peers.build(folder, UV_ALONE.replace(BASE, own[BASE]), "debian-uv", layers=False)
    dockerfile = UV
    for name, other in own.items():
        dockerfile = dockerfile.replace(name, other)
    seconds += peers.cold(context, dockerfile, "debian-app")
    shutil.rmtree(folder)
    return seconds
