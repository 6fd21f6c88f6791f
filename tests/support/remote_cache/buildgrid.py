"""A remote cache: BuildGrid, installed from the index into an environment of its own, behind a relay (relay.py)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from support.environments import hashed_environment
from support.programs import refuse
from support.remote_cache.network import Network

_REQUIREMENTS = Path(__file__).with_name("buildgrid.txt")
_RELAY = Path(__file__).with_name("relay.py")
_FORGE = Path(__file__).with_name("forge.py")
_PYTHON = "3.12"

_SECONDS = 30

# The services of a cache. What stands between the lines of an instance may be more: see support.remote_execution.
_CONFIGURATION = """\
server:
  - !channel
    address: unix:{folder}/socket
    insecure-mode: true
description: tests
thread-pool-size: 200
instances:
  - name: main
{before}    storages:
      - !disk-storage &content
        path: {folder}/content
    caches:
      - !lru-action-cache &results
        storage: *content
        max-cached-refs: 100000
        allow-updates: true
        cache-failed-actions: false
{between}    services:
      - !cas
        storage: *content
      - !bytestream
        storage: *content
      - !action-cache
        cache: *results
{services}"""


@dataclass
class Relay:
    """A way to the cache: `port` of loopback in the network that it was opened for."""

    port: int
    _process: subprocess.Popen[str]

    def fail(self, **fault: Any) -> Mapping[str, int]:
        """From now on fails like this (see relay.py), or no more. Returns the counts since the last call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(fault) + "\n")
        self._process.stdin.flush()
        counts: Mapping[str, int] = json.loads(self._process.stdout.readline())
        return counts

    counts = fail


@dataclass(frozen=True)
class RemoteCache:
    """A cache that runs; what it holds lies below `folder`."""

    folder: Path
    python: Path

    @property
    def content(self) -> list[Path]:
        """A file for each blob."""
        return [path for path in (self.folder / "content").rglob("*") if path.is_file()]

    def forge(self, verb: str) -> None:
        """Give the newest two steps of a verb each other's result."""
        paths = sorted(self.content, key=lambda path: path.stat().st_mtime_ns)
        command = [str(self.python), "-I", str(_FORGE), f"{self.folder}/socket", verb, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def relay(self, network: Optional[Network] = None) -> Iterator[Relay]:
        command = [str(self.python), "-I", str(_RELAY), f"{self.folder}/socket"]
        start: Any = network.start if network else subprocess.Popen
        process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield Relay(int(process.stdout.readline()), process)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def remote_cache(folder: Path) -> Iterator[RemoteCache]:
    """A cache that is empty, and ends with the `with` block. The path of `folder` is short: a socket lies there."""
    python = buildgrid_python()
    folder.mkdir()
    process = start_server(folder, python)
    try:
        yield RemoteCache(folder, python)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def start_server(
    folder: Path, python: Path, *, before: str = "", between: str = "", services: str = ""
) -> subprocess.Popen[bytes]:
    """Start a server, for the first time or again, and return it when it answers; it says more in `folder`/log.

    :param before: lines of the configuration before the storages.
    :param between: lines between the caches and the services.
    :param services: further services.
    """
    text = _CONFIGURATION.format(folder=folder, before=before, between=between, services=services)
    return serve(folder, python, text)


def serve(folder: Path, python: Path, text: str) -> subprocess.Popen[bytes]:
    """Start a server with a configuration whose channel is `folder`/socket, and return it when it answers."""
    configuration = folder / "buildgrid.yml"
    configuration.write_text(text)
    command = [str(python), "-I", str(python.with_name("bgd")), "server", "start", str(configuration)]
    (folder / "socket").unlink(missing_ok=True)
    log = folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    started = time.monotonic()
    while not (folder / "socket").exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < started + _SECONDS, log.read_text()
        time.sleep(0.05)
    return process


def buildgrid_python() -> Path:
    """The Python of an environment with BuildGrid, made once and kept in the user's cache directory."""
    found = _find_python()
    if found is None:
        refuse(f"BuildGrid, the remote cache of these tests, needs CPython {_PYTHON}, which is not on this machine.")
    return hashed_environment("buildgrid", found, _REQUIREMENTS)


def _find_python() -> Optional[str]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    candidates = [shutil.which(f"python{_PYTHON}"), *sorted(map(str, root.glob(f"{_PYTHON}.*/bin/python{_PYTHON}")))]
    for candidate in filter(None, candidates):
        code = f"import ensurepip, sys; sys.exit('%d.%d' % sys.version_info[:2] != '{_PYTHON}')"
        if subprocess.run([candidate, "-I", "-c", code], check=False, capture_output=True).returncode == 0:
            return candidate
    return None
