"""What proofs cost in processor seconds, beside a floor of the same run.

A proof installs wheels with a real installer, and compares each file. Its floor is that installer alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Callable

from benchmarks.project import INSTALLERS, project
from benchmarks.replay import Sandbox, remove, sandboxes
from benchmarks.report import Row
from benchmarks.timing import medians, run
from benchmarks.wheelhouse import Wheelhouse, resolve
from benchmarks.workbench import Workbench
from strata.installers.uv import MEMORY

_REQUIREMENTS = Path(__file__).parent.with_name("proofs.in")
_IMAGE = 'python_sources()\n\npython_image(name="image", entry_point="main.py", whole_lock=True)\n'
_FILES = {"src/app/BUILD": _IMAGE, "src/app/main.py": "print(1)\n"}
_AIMS = {"pip": 10.0, "uv": 2.0}
_REASON = "the floor is {tool} alone, which installs all the wheels in one process and compares nothing."
_PIP = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from pip._internal.cli.main import main
sys.exit(main())
"""


def measure(bench: Workbench) -> Iterator[Row]:
    wheels = Wheelhouse.download(resolve(_REQUIREMENTS, bench.tools), bench.tools)
    with project(_FILES, wheels, bench.mirror, bench.folder("proofs"), bench.installer) as built:
        built.start_cold(bench.seed)
        kept: dict[str, Sequence[Sandbox]] = {}
        for tool, address in INSTALLERS.items():
            ran = sandboxes(built, f"--strata-installer={address}", "src/app:image")
            kept[tool] = [each for each in ran if each.verb == "proof"]
            remove([each for each in ran if each not in kept[tool]])
        ways: dict[str, Callable[[], float]] = {tool: partial(_processor, kept[tool]) for tool in INSTALLERS}
        ways.update({f"{tool} alone": partial(_alone, tool, kept[tool], bench) for tool in INSTALLERS})
        found = medians(ways, bench.runs(5))
        for each in kept.values():
            remove(each)
    for tool in INSTALLERS:
        what = f"proofs of {len(wheels.wheels)} wheels with {tool}, processor seconds"
        yield Row(what, found[tool], "s", None, _AIMS[tool], _REASON.format(tool=tool), found[f"{tool} alone"])


def _processor(kept: Sequence[Sandbox]) -> float:
    return sum(each.run().processor for each in kept)


def _alone(tool: str, kept: Sequence[Sandbox], bench: Workbench) -> float:
    """Return the processor seconds of an installer that fills a directory with the wheels of all proofs at once."""
    requests = [each.request for each in kept]
    wheels = [
        str((each.folder / wheel["path"]).absolute())
        for each, request in zip(kept, requests)
        for wheel in request["wheels"]
    ]
    program = (kept[0].folder / requests[0]["installer"]["program"]).absolute()
    target = bench.folder("alone")
    options = ["--quiet", "--no-index", "--no-deps"]
    if tool == "pip":
        # With --target pip installs into a temporary directory first, and moves all.
        more = ["--no-compile", "--no-cache-dir", "--root-user-action=ignore", f"--prefix={target}"]
        used = kept[0].interpreter("-c", _PIP, str(program), "--isolated", "install", *options, *more, *wheels)
    else:
        python = ["--python-version=3.13", "--python-platform=x86_64-manylinux_2_40"]
        more = [*python, "--link-mode=hardlink", f"--target={target}"]
        command = [program, "--no-config", "--no-cache", "--offline", "pip", "install", *more, *options, *wheels]
        used = run(*command, env={**os.environ, **MEMORY})
    assert any(target.rglob("RECORD"))
    shutil.rmtree(target)
    return used.processor
