"""Pants' own way to an image: two PEX files, of dependencies and of code, and a Dockerfile of several stages.

The pex CLI, which Pants runs for `pex_binary`, is run by itself: Pants' own share of the time is left out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.peers.buildah import Buildah
from benchmarks.peers.dockerfiles import PEX
from benchmarks.timing import run
from benchmarks.toolbox import Toolbox
from benchmarks.wheelhouse import PYTHON, Wheelhouse

_PLATFORM = f"manylinux_2_40_x86_64-cp-{PYTHON.replace('.', '')}-cp{PYTHON.replace('.', '')}"


def cold(peers: Buildah, context: Path, wheelhouse: Wheelhouse, tools: Toolbox) -> float:
    """Seconds from nothing cached to a layout."""
    root = peers.folder / "pex"
    shutil.rmtree(root, ignore_errors=True)
    pex = (tools.python, "-m", "pex", f"--pex-root={root}", f"--platform={_PLATFORM}", "--include-tools", "--venv")
    index = ("--no-pypi", f"--find-links={wheelhouse.folder}")
    for name in ("deps.pex", "srcs.pex"):
        path = context / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    seconds = run(*pex, *index, "--layout=packed", "--requirement", wheelhouse.lock, "-o", context / "deps.pex").seconds
    code = ("--sources-directory", context / "src", "--entry-point=web.main")
    seconds += run(*pex, *index, *code, "-o", context / "srcs.pex").seconds
    return seconds + peers.cold(context, PEX, "pex")
