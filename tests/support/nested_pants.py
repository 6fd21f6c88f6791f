"""A project of its own, built by this repository's ./pants and plugin as a user would build it.

with nested_pants({"src/app/BUILD": "python_sources()", …}) as pants:
    pants.package("src/app:image").succeeded()
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.quick_start import FOLDER as QUICK_START
from support.releases import chosen

# What would let the Pants that runs this test, or its user's own settings of Pants, reach into the project.
_FOREIGN = ("PANTS_", "PEX_", "PYTHON", "STRATA_")
_COPIED = ("3rdparty/debian/base.lock.json", "3rdparty/python/cpython.lock.json", "3rdparty/tools/pants.txt")

# The machine's store serves, so that an interpreter that was unpacked before is there. The named caches are the
# project's own: they hold the settings of indexes and mirrors.
_SETTINGS = """\
named_caches_dir = "%(buildroot)s/.named_caches"

[anonymous-telemetry]
enabled = false

[python]
interpreter_constraints = ["CPython==3.9.*"]

[python-infer]
use_rust_parser = true

[source]
root_patterns = ["/src"]

[strata]
base = "3rdparty/debian:base"
interpreter = "3rdparty/python:cpython"
installer = "3rdparty/python:pip"
venv = "3rdparty/python:venv"
"""
_ARTIFACTS = {
    "3rdparty/debian/BUILD": 'debian_packages(name="base", lockfile="base.lock.json")\n',
    "3rdparty/python/BUILD": (
        'python_interpreter(name="cpython", lockfile="cpython.lock.json")\n'
        '\npython_installer(name="pip")\n\npython_venv(name="venv")\n'
    ),
    "3rdparty/python/requirements.lock": "",
}
_LOCKED = ("3rdparty/debian:base", "3rdparty/python:cpython")


def inherited_environment() -> dict[str, str]:
    """Return the variables of this process, without those of the Pants that runs it and of its user's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


def quick_start() -> dict[str, str]:
    """Return the variable that lets Pants start sooner, in a project that resolves no plugins."""
    return {"PYTHONPATH": str(QUICK_START)}


@dataclass(frozen=True)
class Ran:
    """A run of Pants that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """What a user reads of a run that must have failed, from the first error on, without the time of day."""
        assert self.code != 0, self
        return re.split(r"^[\d:.]+ \[ERROR\] ", self.stderr, maxsplit=1, flags=re.MULTILINE)[1]

    @property
    def warnings(self) -> list[str]:
        """The whole text of each, without the time of day."""
        entries = re.split(r"^[\d:.]+ (?=\[[A-Z]+\] )", self.stderr, flags=re.MULTILINE)
        return [entry[len("[WARN] ") :].rstrip("\n") for entry in entries if entry.startswith("[WARN] ")]

    def succeeded(self) -> Ran:
        assert self.code == 0, self.stderr
        return self


@dataclass(frozen=True)
class NestedPants:
    """:param root: the project's directory. `seconds` are what a run may take, `environment` is part of each."""

    root: Path
    seconds: int = 300
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_environment(self, **environment: str) -> NestedPants:
        """Return the same project, with these variables too in the environment of each run."""
        return replace(self, environment={**self.environment, **environment})

    def package(self, address: str, *options: str, **environment: str) -> Ran:
        return self.run(*options, "package", address, **environment)

    def make_interpreter(self, *options: str) -> None:
        """Makes what layers are made on, of the machine's mirror, so that the store has it where the mirror is another.

        Where a point release has dropped packages, the project gets new locks.
        """
        made = self.run(*options, "package", *_LOCKED)
        if "PackageGone" in made.stderr:
            self.run("generate-lockfiles", *(f"--resolve={address}" for address in _LOCKED)).succeeded()
            made = self.run(*options, "package", *_LOCKED)
        made.succeeded()

    def run(self, *arguments: str, **environment: str) -> Ran:
        """Runs Pants with the user's settings of indexes, proxies and certificates, and `environment` over them.

        It is ./pants, or what STRATA_TEST_PANTS names (support/releases.py).
        """
        inherited = inherited_environment()
        # Servers of tests are on loopback, which proxies do not reach.
        another = chosen()
        command = [str(another.python), "-m", "pants"] if another else ["./pants"]
        release = another.environment if another else {}
        direct = f"{inherited.get('no_proxy') or inherited.get('NO_PROXY', '')},127.0.0.1"
        done = subprocess.run(
            [*command, "--no-dynamic-ui", "--no-colors", *arguments],
            cwd=self.root,
            env={**inherited, "NO_PROXY": direct, "no_proxy": direct, **release, **self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.seconds,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """Pants in a group of its own, so that all of its processes can be killed at once, and without its daemon."""
        return subprocess.Popen(
            ["./pants", "--no-dynamic-ui", "--no-colors", "--no-pantsd", *arguments],
            cwd=self.root,
            env={**inherited_environment(), **quick_start()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@contextmanager
def nested_pants(files: Mapping[str, str], settings: str = "") -> Iterator[NestedPants]:
    """A project with base, interpreter and pip, as this repository locks them, an empty venv, and `files` over them.

    :param settings: follow those of pants.toml.
    """
    with project_folder() as folder:
        plugin, pants = folder / "plugin", NestedPants(folder / "project", environment=quick_start())
        for sources in ("pants-plugins/pants_strata", "src/strata"):
            shutil.copytree(sources, plugin / sources, ignore=shutil.ignore_patterns("__pycache__", "*_test.py"))
        pants.root.mkdir()
        shutil.copy("pants", pants.root)
        # The version of Pants, and where the plugin is: outside of the project, whose files come and go, because the
        # daemon starts anew when a file beside the plugin does.
        own = Path("pants.toml").read_text().partition("\n\n[")[0].replace("%(buildroot)s", str(plugin))
        copied = {name: Path(name).read_text() for name in _COPIED}
        pants.write({**copied, **_ARTIFACTS, "pants.toml": f"{own}\n{_SETTINGS}{settings}", **files})
        yield pants


@contextmanager
def empty_repository(files: Mapping[str, str]) -> Iterator[NestedPants]:
    """Yield a project with ./pants and `files`, which knows nothing of this checkout's plugin."""
    with project_folder() as folder:
        pants = NestedPants(folder / "project")
        pants.root.mkdir()
        shutil.copy("pants", pants.root)
        pants.write({"3rdparty/tools/pants.txt": Path("3rdparty/tools/pants.txt").read_text(), **files})
        yield pants


# Waits for the end of its input, then stops the project's daemon and removes all.
_KEEPER = """
import os, shutil, signal, sys, time
from pathlib import Path

sys.stdin.read()
for file in Path(sys.argv[1]).glob("project/.pids/*/pantsd/pid"):
    try:
        pid = int(file.read_text())
        os.kill(pid, signal.SIGTERM)
        for _ in range(40):
            time.sleep(0.05)
            os.kill(pid, 0)
    except (OSError, ValueError):
        pass
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@contextmanager
def project_folder() -> Iterator[Path]:
    """Yield a new directory for a project in `project`.

    At the end it is gone, and so is the project's daemon, also where this process is killed.
    """
    folder = Path(tempfile.mkdtemp(prefix="strata-")).resolve()
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEPER, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield folder
    finally:
        keeper.communicate()
