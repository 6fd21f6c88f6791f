"""Pants' own way to an image: two PEX files, of dependencies and of code, and a Dockerfile of several stages.

The pex CLI, which Pants runs for `pex_binary`, is run by itself: Pants' own share of the time is left out.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from packaging import tags

from benchmarks.peers.buildah import Buildah
from benchmarks.peers.dockerfiles import PEX
from benchmarks.timing import run
from benchmarks.toolbox import Toolbox
from benchmarks.wheelhouse import PLATFORM_TAGS, PYTHON, Wheelhouse

# What `pex3 interpreter inspect --markers --tags` says of the images' interpreter.
_MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": f"{PYTHON}.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}


def cold(peers: Buildah, context: Path, wheelhouse: Wheelhouse, tools: Toolbox) -> float:
    """Seconds from nothing cached to a layout."""
    root = peers.folder / "pex"
    shutil.rmtree(root, ignore_errors=True)
    platform = peers.folder / "platform.json"
    platform.write_text(json.dumps({"compatible_tags": _tags(), "marker_environment": _MARKERS}))
    pex = (
        tools.python,
        "-m",
        "pex",
        f"--pex-root={root}",
        f"--complete-platform={platform}",
        "--include-tools",
        "--venv",
    )
    index = ("--no-pypi", f"--find-links={wheelhouse.folder}")
    for name in ("deps.pex", "srcs.pex"):
        path = context / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    seconds = run(*pex, *index, "--layout=packed", "--requirement", wheelhouse.lock, "-o", context / "deps.pex").seconds
    code = ("--sources-directory", context / "src", "--entry-point=web.main")
    seconds += run(*pex, *index, *code, "-o", context / "srcs.pex").seconds
    return seconds + peers.cold(context, PEX, "pex")


def _tags() -> list[str]:
    """Most specific first."""
    version = tuple(map(int, PYTHON.split(".")))
    interpreter = f"cp{PYTHON.replace('.', '')}"
    specific = tags.cpython_tags(version, abis=[interpreter], platforms=PLATFORM_TAGS)
    return [str(tag) for tag in (*specific, *tags.compatible_tags(version, interpreter, PLATFORM_TAGS))]
