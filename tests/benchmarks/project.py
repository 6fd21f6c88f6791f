"""A Pants project whose store, daemon and sandboxes a benchmark controls.

A store is prepared once, with base, interpreter and installers in it: what images of peers start from, too. A cold
build starts on a copy of it, with a new daemon that has read all BUILD files and built nothing.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from benchmarks.timing import run, seconds
from benchmarks.usage import daemons
from benchmarks.wheelhouse import Wheelhouse
from support.nested_pants import NestedPants, Ran, nested_pants

SYSTEM = ("3rdparty/debian:base", "3rdparty/python:cpython")
INSTALLERS = {"pip": "3rdparty/python:pip", "uv": "3rdparty/python:uv"}
LOCK = "3rdparty/python/requirements.lock"
WITH_UV = f"--strata-installer={INSTALLERS['uv']}"
"""The option with which uv proves what layers hold: Strata's default, where pip does in these projects."""
_SECONDS = 1800
_SECONDS_TO_END = 30
_PYTHON_BUILD = """\
python_interpreter(name="cpython", lockfile="cpython.lock.json")

python_installer(name="pip")

python_installer(name="uv", tool="uv")

python_venv(name="venv")
"""


@dataclass
class Project:
    """:param wheels: serves as the index, with `installer`. :param store: where Pants keeps what it has built."""

    pants: NestedPants
    wheels: Path
    mirror: str
    scratch: Path
    store: Path
    installer: Path
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, *arguments: str) -> Ran:
        """Runs Pants, with no other index than folders of wheels once the installers are in one."""
        self._temporary.mkdir(exist_ok=True)
        environment = {"PANTS_LOCAL_STORE_DIR": str(self.store), "TMPDIR": str(self._temporary)}
        if self.installer.exists():
            environment.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=f"{self.wheels} {self.installer}")
        mirrors = [
            f"--strata-debian-mirror={self.mirror}/main",
            f"--strata-debian-security-mirror={self.mirror}/security",
        ]
        return self.pants.run(*mirrors, *arguments, **environment).succeeded()

    @property
    def _temporary(self) -> Path:
        """Of this project alone: a daemon that ends leaves the inputs of processes there, some 100 MB."""
        return self.scratch / "temporary"

    def package(self, *addresses: str) -> float:
        """Seconds of `package`, whatever the daemon and the store hold. Options may stand before addresses."""
        return seconds(lambda: self.run("package", *addresses))

    def start_cold(self, seed: Path | None) -> None:
        """A new daemon that is ready, on a store that holds what `seed` does, or nothing."""
        self._end_daemon()
        shutil.rmtree(self.store, ignore_errors=True)
        self.store = self.scratch / f"store-{next(self.numbers)}"
        if seed is not None:
            run("cp", "-a", "--reflink=auto", seed, self.store)
        shutil.rmtree(self.pants.root / "dist", ignore_errors=True)
        self.run("list", "::")

    def _end_daemon(self) -> None:
        """The daemon would serve another store, too, with all memory that it took. Linux copies the tables of that for
        each process: after a few cold builds the next one took an eighth longer.
        """
        for daemon in daemons(self.pants.root):
            _end(daemon)
        # Sandboxes that a benchmark keeps stay.
        for inputs in self._temporary.glob("immutable_inputs*"):
            shutil.rmtree(inputs)

    def cold(self, seed: Path | None, *addresses: str) -> float:
        self.start_cold(seed)
        return self.package(*addresses)

    def layouts(self) -> Sequence[Path]:
        """What `package` wrote."""
        return sorted(file.parent for file in (self.pants.root / "dist").rglob("index.json"))

    def layout(self, address: str) -> Path:
        return self.pants.root / "dist" / address.replace("/", ".").replace(":", "/")

    def edit(self, path: str, line: str) -> None:
        file = self.pants.root / path
        file.write_text(f"{file.read_text()}{line}\n")


def _end(daemon: int) -> None:
    """Ends a process and waits for its end."""
    end = time.monotonic() + _SECONDS_TO_END
    try:
        os.kill(daemon, signal.SIGTERM)
        while time.monotonic() < end:
            time.sleep(0.05)
            os.kill(daemon, 0)
    except ProcessLookupError:
        return
    raise RuntimeError(f"Pants' daemon did not end in {_SECONDS_TO_END} seconds")


@contextmanager
def project(
    files: Mapping[str, str], wheelhouse: Wheelhouse, mirror: str, scratch: Path, installer: Path
) -> Iterator[Project]:
    """:param scratch: an empty directory for stores. :param installer: the folder with its wheel, once it is there."""
    own = {LOCK: wheelhouse.lock.read_text(), "3rdparty/python/BUILD": _PYTHON_BUILD, **files}
    with nested_pants(own, _SETTINGS) as pants:
        slow = replace(pants, seconds=_SECONDS)
        yield Project(slow, wheelhouse.folder, mirror, scratch, scratch / "store", installer)


_SETTINGS = """
[strata-debian]
gone = "renew"
"""


def prepare(of: Project) -> Path:
    """A store that holds base, interpreter and installers, and no more."""
    seed = of.scratch / "seed"
    of.store = seed
    of.package(*SYSTEM, *INSTALLERS.values())
    for address in INSTALLERS.values():
        shutil.copytree(of.layout(address), of.installer, dirs_exist_ok=True)
    of.store = of.scratch / "store"
    return seed
