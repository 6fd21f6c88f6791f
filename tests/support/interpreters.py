"""For tests: an interpreter as a request names it, which is the Python that runs the test."""

from __future__ import annotations

import sys
from pathlib import Path

# Takes `--inhibit-cache --library-path DIRECTORY PYTHON` away and starts a Python that really compiles.
_LOADER = f'#!/bin/sh\nshift 4\nexec "{sys.executable}" "$@"\n'


def write_interpreter(folder: Path) -> dict[str, str]:
    """The fields of a request (strata.wheels.environment.SandboxInterpreter)."""
    folder.mkdir(exist_ok=True)
    loader = folder / "ld.so"
    loader.write_text(_LOADER)
    loader.chmod(0o755)
    version = "{}.{}.{}".format(*sys.version_info)
    return {"loader": str(loader), "library_path": "lib", "python": "python", "version": version}
