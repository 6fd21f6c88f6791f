"""The library's processes of a build, run once more: by themselves, outside of Pants."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.project import Project
from benchmarks.timing import Ran, run, seconds

# What processes write beside what lies in their sandboxes before, by verb.
_OUTPUTS = {
    "": ("blobs", "result.json"),
    "fetch-debian": ("files", "result.json"),
    "fetch-wheel": ("files", "result.json"),
    "prepare-installer": ("installer", "scratch", "result.json"),
    "proof": ("scratch", "result.json"),
}


@dataclass(frozen=True)
class Sandbox:
    """A process that Pants ran: the library's verb and its directory."""

    verb: str
    folder: Path

    @property
    def request(self) -> Any:
        """What the verb is asked for, as its process reads it."""
        return json.loads((self.folder / ".request.json").read_text())

    def run(self) -> Ran:
        for name in _OUTPUTS.get(self.verb, _OUTPUTS[""]):
            path = self.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return run("bash", self.folder / "__run.sh")

    def interpreter(self, *arguments: str) -> Ran:
        """Run the bare interpreter that the process runs on, with arguments of its own."""
        command = shlex.split((self.folder / "__run.sh").read_text().splitlines()[-1])
        return run(*command[: command.index("-B")], *arguments, cwd=self.folder)


def sandboxes(of: Project, *addresses: str) -> Sequence[Sandbox]:
    """Builds, and keeps the directories of all processes that it runs.

    Pants' daemon starts anew for this, and again for the next build that keeps nothing.
    """
    ran = of.run("--keep-sandboxes=always", "package", *addresses)
    found = []
    copies: dict[Path, Path] = {}
    for text in re.findall(r"Preserving local process execution dir (\S+) for ", ran.stderr):
        script = Path(text, "__run.sh").read_text()
        verb = re.search(r"\.strata/program\.pyc? ([a-z-]+) ", script)
        assert verb is not None, script
        _keep_inputs(Path(text), copies, of.scratch)
        found.append(Sandbox(verb[1], Path(text)))
    return found


def _keep_inputs(folder: Path, copies: dict[Path, Path], scratch: Path) -> None:
    """Large inputs are links into a directory that goes with the daemon: they get copies, which sandboxes share."""
    for link in folder.iterdir():
        target = link.resolve()
        if not link.is_symlink() or not any(part.startswith("immutable_inputs") for part in target.parts):
            continue
        if target not in copies:
            copies[target] = Path(shutil.copytree(target, tempfile.mkdtemp(dir=scratch) + "/input", symlinks=True))
        link.unlink()
        link.symlink_to(copies[target])


def remove(kept: Sequence[Sandbox]) -> None:
    for sandbox in kept:
        shutil.rmtree(sandbox.folder)


def run_all(kept: Sequence[Sandbox]) -> float:
    """Seconds for all of them, with as many at a time as there are cores, as Pants runs them."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return seconds(lambda: list(pool.map(Sandbox.run, kept)))
