"""For tests: an interpreter as a request names it, which is the Python that runs the test."""

from __future__ import annotations

import sys
from pathlib import Path

from strata.protocol.interpreter import SandboxInterpreter

# Takes `--inhibit-cache --library-path DIRECTORY PYTHON` away and starts a Python that really compiles.
STAND_IN_LOADER = f'#!/bin/sh\nshift 4\nexec "{sys.executable}" "$@"\n'


def write_interpreter(folder: Path) -> SandboxInterpreter:
    folder.mkdir(exist_ok=True)
    loader = folder / "ld.so"
    loader.write_text(STAND_IN_LOADER)
    loader.chmod(0o755)
    version = "{}.{}.{}".format(*sys.version_info)
    return SandboxInterpreter(str(loader), "lib", "python", version)
