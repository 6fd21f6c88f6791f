"""The library's processes of a build, run once more: by themselves, outside of Pants."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.project import Project
from benchmarks.timing import Ran, run, seconds

# What processes write beside what lies in their sandboxes before, by verb.
_OUTPUTS = {
    "": ("blobs", "result.json"),
    "fetch-wheel": ("files", "result.json"),
    "install": ("scratch", "result.json"),
}


@dataclass(frozen=True)
class Sandbox:
    """A process that Pants ran: the library's verb and the directory, which lasts as long as Pants' daemon."""

    verb: str
    folder: Path

    @property
    def request(self) -> Mapping[str, Any]:
        return dict(json.loads((self.folder / ".request.json").read_bytes()))

    def run(self) -> Ran:
        for name in _OUTPUTS.get(self.verb, _OUTPUTS[""]):
            path = self.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return run("bash", self.folder / "__run.sh")


def sandboxes(of: Project, *addresses: str) -> Sequence[Sandbox]:
    """Builds, and keeps the directories of all processes that it runs."""
    ran = of.run("--keep-sandboxes=always", "package", *addresses)
    found = []
    for text in re.findall(r"Preserving local process execution dir (\S+) for ", ran.stderr):
        script = Path(text, "__run.sh").read_text()
        verb = re.search(r"\.strata ([a-z-]+) ", script)
        assert verb is not None, script
        found.append(Sandbox(verb[1], Path(text)))
    return found


def remove(kept: Sequence[Sandbox]) -> None:
    for sandbox in kept:
        shutil.rmtree(sandbox.folder)


def run_all(kept: Sequence[Sandbox]) -> float:
    """Seconds for all of them, with as many at a time as there are cores, as Pants runs them."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return seconds(lambda: list(pool.map(Sandbox.run, kept)))
