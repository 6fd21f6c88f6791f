"""Machines that build one small project: each with a user, a home, a Python, a Pants and a checkout of its own."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Optional

from support.quick_start import FOLDER as QUICK_START
from support.remote_cache.buildgrid import Relay
from support.remote_cache.network import Network

_SECONDS = 240

# Of this machine: how the index, the mirror and their certificates are reached.
_CONFIGURATION = re.compile(r"(PIP_|SSL_CERT_|REQUESTS_CA_BUNDLE$|CURL_CA_BUNDLE$|(https?|no)_proxy$)", re.IGNORECASE)

PLACES = """\
[GLOBAL]
pants_version = "2.17.1"
backend_packages = ["pants.backend.python", "pants_strata"]
pythonpath = ["%(buildroot)s/../plugin/pants-plugins", "%(buildroot)s/../plugin/src"]
pantsd = false
local_store_dir = "%(buildroot)s/../store"
named_caches_dir = "%(buildroot)s/../named"
pants_workdir = "%(buildroot)s/../work"
pants_subprocessdir = "%(buildroot)s/../work/pids"
local_execution_root_dir = "%(buildroot)s/../sandboxes"
remote_instance_name = "main"
remote_cache_rpc_timeout_millis = 30000
"""
"""The first lines of pants.toml: Pants keeps what it has in the folder of the machine."""

_PANTS_TOML = f"""\
{PLACES}
[anonymous-telemetry]
enabled = false

[python]
interpreter_constraints = ["CPython==3.9.*"]

[python-infer]
use_rust_parser = true

[source]
root_patterns = ["/src"]

[stats]
log = true

[strata]
base = "//:base"
interpreter = "//:cpython"
installer = "//:pip"
venv = "//:venv"
"""

_BUILD = """\
debian_packages(name="base", lockfile="base.lock.json")

python_interpreter(name="cpython", version="3.13", lockfile="cpython.lock.json")

python_installer(name="pip", tool="pip")

python_venv(name="venv", lockfile="requirements.lock")
"""

# So many images differ in their app layer alone: each is one step for a test, whatever was built before.
APPS = 16
_WHEELS = ("idna", "markupsafe")


@dataclass(frozen=True)
class Build:
    """A run of Pants that has ended: its exit code, all that it printed, and its own counts of steps."""

    code: int
    output: str

    @property
    def counters(self) -> Mapping[str, int]:
        _, found, text = self.output.rpartition("Counters:\n")
        assert found, self.output
        return {name: int(count) for name, count in re.findall(r"^  (\w+): (\d+)$", text, re.M)}

    @property
    def executed(self) -> int:
        """Steps that this machine began itself."""
        return self.counters["local_execution_requests"]

    @property
    def asked(self) -> int:
        """Steps that the remote cache was asked for."""
        return self.counters["remote_cache_requests"]

    @property
    def hits(self) -> int:
        """Steps that came from the remote cache."""
        return self.counters["remote_cache_requests_cached"]

    def succeeded(self) -> Build:
        assert self.code == 0, self.output
        return self


@dataclass(frozen=True)
class Machine:
    """:param root: holds all that the machine has; what Pants keeps of earlier runs, too.
    :param python: runs Pants. `host_python`, if there is one, is what Pants takes for its own Python.
    :param site: directory of packages with Pants.
    :param environment: all variables but those that say where index and mirror are.
    """

    root: Path
    python: Path = Path(sys.executable)
    site: Path = Path(importlib.util.find_spec("pants").origin).parents[1]  # type: ignore[union-attr,arg-type]
    host_python: Optional[Path] = None
    user: Optional[int] = None
    umask: int = 0o022
    network: Optional[Network] = None
    environment: Mapping[str, str] = field(
        default_factory=lambda: {"HOME": str(Path.home()), "PATH": os.environ["PATH"]}
    )

    @property
    def checkout(self) -> Path:
        return self.root / "checkout"

    def package(
        self, *targets: str, options: Iterable[str] = (), cache: Optional[Relay] = None, write: bool = False
    ) -> Build:
        """`pants package` of targets, or of all, with a cache that is read, and written where that is asked for."""
        address = [f"--remote-store-address=grpc://127.0.0.1:{cache.port}", "--remote-cache-read"] if cache else []
        return self.pants(
            *address, *(["--remote-cache-write"] if write else []), *options, "package", *(targets or ["::"])
        )

    def pants(self, *arguments: str) -> Build:
        return self.run(*self.launcher, *arguments)

    @property
    def launcher(self) -> list[str]:
        """The command that starts Pants on this machine."""
        return [str(self.python), "-c", _START, str(self.host_python or "")]

    def run(self, *command: str) -> Build:
        """Run a command in the checkout, as the machine's user and with its variables."""
        configuration = {name: value for name, value in os.environ.items() if _CONFIGURATION.match(name)}
        user = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        start: Any = self.network.start if self.network else subprocess.Popen
        path = os.pathsep.join(map(str, (self.root / "quick_start", self.site)))
        process = start(
            list(command),
            cwd=self.checkout,
            env={**configuration, "NO_SCIE_WARNING": "1", "PYTHONPATH": path, **self.environment},
            umask=self.umask,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **user,
        )
        try:
            output, _ = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
        return Build(process.returncode, output)

    def stop_daemon(self) -> None:
        for file in self.root.glob("work/pids/**/pantsd/pid"):
            os.kill(int(file.read_text()), signal.SIGKILL)

    def fill(self, cache: Relay) -> Build:
        """The build that gives the cache all that it holds. Locks that Debian's mirror has overtaken are renewed.

        Sandboxes are kept.
        """
        keep = ["--keep-sandboxes=always"]
        build = self.package(options=keep, cache=cache, write=True)
        if build.code != 0 and "renew the lock with" in build.output:
            self.pants("generate-lockfiles").succeeded()
            build = self.package(options=keep, cache=cache, write=True)
        return build.succeeded()

    @property
    def build_file(self) -> str:
        """The text of the project's first BUILD file, for one that holds more."""
        return (self.checkout / "BUILD").read_text()

    @property
    def locks(self) -> Mapping[str, str]:
        """The project's lock files, for another machine."""
        return {path.name: path.read_text() for path in self.checkout.glob("*.lock*")}

    def made(self, part: str = "") -> Mapping[str, str]:
        """Path → sha256 of all that `package` wrote, or of what lies in a directory of that."""
        dist = self.checkout / "dist" / part
        files = (path for path in sorted(dist.rglob("*")) if path.is_file())
        return {str(path.relative_to(dist)): sha256(path.read_bytes()).hexdigest() for path in files}


_START = """
import runpy, sys
sys.executable = sys.argv.pop(1) or sys.executable
runpy.run_module("pants", run_name="__main__", alter_sys=True)
"""


@contextmanager
def short_folder() -> Iterator[Path]:
    """Yield a directory with a short path that every user can read: of sockets, and of a database."""
    folder = Path(tempfile.mkdtemp(prefix="strata-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def machine(root: Path, files: Optional[Mapping[str, str]] = None, **fields: Any) -> Machine:
    """A machine below a new directory; `files` come over those of the project, `fields` are those of Machine."""
    made = Machine(root, **fields)
    for folder in ("pants-plugins/pants_strata", "src/strata"):
        shutil.copytree(folder, root / "plugin" / folder, ignore=shutil.ignore_patterns("__pycache__", "*_test.py"))
    shutil.copytree(QUICK_START, root / "quick_start", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "sandboxes").mkdir()
    for name, text in {**_project(), **(files or {})}.items():
        path = made.checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if made.user is not None:
        for path in [root, *root.rglob("*")]:
            os.chown(path, made.user, made.user, follow_symlinks=False)
    return made


def _project() -> Mapping[str, str]:
    lock = Path("3rdparty/python/requirements.lock").read_text()
    entries = (re.search(rf"^{name}==.*(?:\n +--hash=.*)+", lock, re.M) for name in _WHEELS)
    return {
        "BUILD": _BUILD,
        "pants.toml": _PANTS_TOML,
        "base.lock.json": Path("3rdparty/debian/base.lock.json").read_text(),
        "cpython.lock.json": Path("3rdparty/python/cpython.lock.json").read_text(),
        "requirements.lock": "".join(f"{entry.group()}\n" for entry in entries if entry),
        "src/app/BUILD": f"""python_sources()\n\n[
            python_image(name=f"image{{number}}", entry_point=f"app{{number}}.py") for number in range({APPS})
        ]\n""",
        **{f"src/app/app{number}.py": f"print({number})\n" for number in range(APPS)},
    }


def copy_python(python: Path, folder: Path) -> Path:
    """A CPython at another place, as another user's: a script that runs it, since it may look for its library here."""
    prefix, version = python.resolve().parents[1], re.sub(r".*python", "python", python.resolve().name)
    unneeded = shutil.ignore_patterns("test", "tests", "config-*", "*.a", "site-packages", "share", "include")
    shutil.copytree(prefix, folder, symlinks=True, ignore=unneeded)
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{folder}/lib" exec "{folder}/bin/{version}" "$@"\n')
    script.chmod(0o755)
    return script
