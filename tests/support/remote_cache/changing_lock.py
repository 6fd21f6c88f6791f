"""A lock in which one dependency changes, for measurements: all others are those of this repository's examples."""

from __future__ import annotations

import hashlib
from pathlib import Path

from support.venvs.wheels import WheelFile


def lock(version: str, wheels: Path) -> str:
    """The examples' dependencies, and a version of one more that only `wheels` has."""
    wheel = WheelFile("changing", version, files={"changing.py": f"VERSION = {version!r}\n"}).write(wheels)
    own = f"changing=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    return Path("3rdparty/python/requirements.lock").read_text() + own
