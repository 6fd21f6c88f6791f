"""What the fewest instructions would cost: the same work without processes for its parts, checks, plans and caches."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.layer_from_wheels import measure, spliced
from benchmarks.peers.lower_bounds import uv_install
from benchmarks.replay import Sandbox
from benchmarks.timing import seconds
from benchmarks.toolbox import Toolbox
from benchmarks.wheelhouse import Wheelhouse

# `compileall -j` starts its workers by the path of the interpreter, which runs by its loader alone.
_COMPILE = """
import compileall, os, sys
from pathlib import Path
files = sorted(file for file in Path(sys.argv[1]).rglob("*.py") if "tests" not in file.parts)
cores = int(sys.argv[2])
for core in range(cores):
    if not os.fork():
        for file in files[core::cores]:
            compileall.compile_file(file, quiet=2)
        os._exit(0)
for _ in range(cores):
    os.wait()
"""


def one_process(wheelhouse: Wheelhouse, scratch: Path) -> float:
    """Seconds of one process that makes one layer of all wheels, without bytecode."""
    return measure(spliced, wheelhouse.wheels, scratch, scratch / "spliced").wall


def compiler(wheelhouse: Wheelhouse, tools: Toolbox, process: Sandbox, scratch: Path) -> float:
    """Seconds of CPython's compiler on all cores, for the modules of wheels that are no tests, and nothing else."""
    tree = scratch / "compiled"
    uv_install(wheelhouse, tools, tree)
    cores = str(len(os.sched_getaffinity(0)))
    ran = process.interpreter("-c", _COMPILE, str(tree), cores).seconds
    assert any(tree.rglob("*.pyc"))
    shutil.rmtree(tree)
    return ran


def start(process: Sandbox) -> float:
    """Seconds of the start of the bare interpreter."""
    return process.interpreter("-S", "-c", "pass").seconds


def look(folder: Path) -> float:
    """Seconds to ask the system about each file of a folder."""

    def walk() -> None:
        for directory, _, names in os.walk(folder):
            for name in names:
                os.lstat(os.path.join(directory, name))

    return seconds(walk)
