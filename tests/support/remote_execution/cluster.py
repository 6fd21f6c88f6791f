"""Remote execution: BuildGrid with a queue in PostgreSQL, and workers (worker.py), all behind a relay for Pants.

BuildGrid is the scheduler and the store that its users run. Its workers are programs of their own, which the package
index does not have: these are the tests' own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.programs import require
from support.remote_cache.buildgrid import RemoteCache, buildgrid_python, serve, start_server
from support.remote_execution.arm64 import on_arm64
from support.remote_execution.postgres import postgres

_WORKER = Path(__file__).with_name("worker.py")

POOL = {"ISA": "x86-64", "pool": "strata"}
"""The properties of workers, as `extra_platform_properties` of a `remote_environment` name them."""

ARM64 = {"ISA": "arm64", "pool": "arm64"}
"""The properties of a worker with another processor."""


def execution_options(
    address: str, environment: str = "workers", named: Iterable[str] = ("workers",)
) -> tuple[str, ...]:
    """Return the options with which Pants sends an environment's steps to workers.

    :param named: all environments: targets of these names in the root's BUILD file.
    """
    names = {name: f"//:{name}" for name in named}
    return (
        *("--remote-execution", f"--remote-execution-address={address}"),
        *(f"--environments-preview-names={names}", f"--strata-remote-environment={environment}"),
    )


_DATABASE = """\
    connections:
      - !sql-connection &sql
        connection-string: {database}
        pool-size: 10
        max-overflow: 20
"""
_SCHEDULER = """\
    schedulers:
      - !sql-scheduler &scheduler
        storage: *content
        sql: *sql
        property-set: !dynamic-property-set
          match-property-keys: [pool]
        poll-interval: 0.1
        bot-poll-interval: 0.1
        bot-session-keepalive-timeout: 120
        session-expiry-timer-interval: 0.5
        assigners:
          - !priority-age-assigner
            interval: 0.05
"""
_EXECUTION = """\
      - !execution
        scheduler: *scheduler
        bots-long-poll-during-execution: false
"""


@dataclass
class Worker:
    """A worker that runs."""

    name: str
    folder: Path
    process: subprocess.Popen[str]

    def misbehave(self, kind: str, match: str) -> None:
        """Once, with an action whose arguments match: `die` in its middle, `forge` its largest output, or `wait`."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kind} {match}\n")
        self.process.stdin.flush()

    def executed(self) -> list[str]:
        """Return the arguments of each action that it began, and what went wrong."""
        return (self.folder / "log").read_text().splitlines()


@dataclass
class Cluster:
    """A server that runs, and its workers. What it holds lies below `folder`.

    :param configuration: of the server, with the channel `folder`/socket, in the place of that of the tests.
    """

    folder: Path
    python: Path
    database: str
    configuration: str = ""
    workers: list[Worker] = field(default_factory=list)
    _server: Any = None

    @property
    def cache(self) -> RemoteCache:
        """Return the same server as a cache, whose relay is the way for Pants."""
        return RemoteCache(self.folder, self.python)

    def prepare(self) -> None:
        """Make the tables of the queue."""
        command = [str(self.python), "-I", str(self.python.with_name("bgd")), "migrate", "apply", self.database]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start the server, for the first time or again; what it stored stays, what it cached is lost."""
        if self.configuration:
            self._server = serve(self.folder, self.python, self.configuration)
            return
        database = _DATABASE.format(database=self.database)
        self._server = start_server(self.folder, self.python, before=database, between=_SCHEDULER, services=_EXECUTION)

    def stop(self) -> None:
        """End the server at once, as a machine that loses its power does."""
        self._server.kill()
        self._server.wait()

    def worker(self, name: str, properties: Mapping[str, str] = POOL) -> Worker:
        """Start one more worker, or one that ended again. With the properties ARM64 it executes programs for arm64."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        pairs = [f"{key}={value}" for key, value in properties.items()]
        command = [str(self.python), "-I", str(_WORKER), f"unix:{self.folder}/socket", name, str(folder), *pairs]
        if properties == ARM64:
            command = on_arm64(command)
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True)
        self.workers.append(Worker(name, folder, process))
        return self.workers[-1]

    def end(self) -> None:
        """End all that runs."""
        for worker in self.workers:
            worker.process.kill()
            worker.process.communicate()
        self.stop()


def verbs(lines: Iterable[str]) -> set[str]:
    """Return the verbs of the library that some command lines start."""
    return set(re.findall(r"\.strata/program\.pyc? ([a-z-]+)", "\n".join(lines)))


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A server that is empty, with so many workers. The path of `folder` is short: sockets lie there."""
    require("bwrap", "bubblewrap")
    python = buildgrid_python()
    folder.mkdir()
    try:
        with ExitStack() as stack:
            made = Cluster(folder, python, stack.enter_context(postgres(folder / "db")))
            made.prepare()
            made.start()
            stack.callback(made.end)
            for number in range(workers):
                made.worker(f"worker{number}")
            yield made
    finally:
        shutil.rmtree(folder)
