"""An image by `strata run` with the container engines that this machine has: code, files, terminal and signals."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import strata
from support.oci.examples import WEB
from support.oci.readers import require_root
from support.oci.terminals import read

# Limits that a root without CAP_SYS_RESOURCE may set, too.
CONTAINERS = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\npids_limit = 0\n'
STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
FILES = """
import os, sys
print(os.getuid(), os.environ["A"], sys.stdin.read(), open("/data/file").read(), sys.argv[1:])
open("/tmp/file", "w").close()
try:
    open("/app/file", "w").close()
except OSError as error:
    print(error.strerror)
sys.exit(9)
"""
APP = """
import os, signal, sys
def ended(number, _):
    os.write(1, b"got %d\\n" % number)  # `print` may be at work already
    sys.exit(7)
for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, ended)
print(sys.stdin.isatty(), "ready", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture(scope="module", params=["podman", "docker", "nerdctl"])
def engine(request: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """An engine that works here, and the variables for it: podman gets a store of its own."""
    kind = request.param
    require_root()
    path = shutil.which(kind)
    if path is None:
        pytest.skip(f"There is no {kind} on PATH.")
    # Podman refuses a longer path.
    with tempfile.TemporaryDirectory(prefix="strata-") as folder:
        Path(folder, "containers.conf").write_text(CONTAINERS)
        Path(folder, "storage.conf").write_text(STORAGE.format(folder=folder))
        environment = {
            **os.environ,
            "PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__)),
            "CONTAINERS_CONF": f"{folder}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
        }
        told = subprocess.run(
            [path, "info"], env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
        if told.returncode:
            pytest.skip(f"{kind} does not work here: {told.stderr.decode(errors='replace').strip()}")
        yield kind, environment
        if kind == "podman":
            subprocess.run([path, "system", "reset", "--force"], env=environment, check=False, capture_output=True)


def command(kind: str, *arguments: str) -> list[str]:
    options = [f"--runtime={kind}", "--network=none", "--entrypoint=/opt/venv/bin/python", *arguments]
    return [sys.executable, "-m", "strata", "run", str(WEB), *options]


def test_the_app_has_what_it_is_given(engine: tuple[str, Mapping[str, str]], tmp_path: Path) -> None:
    kind, environment = engine
    (tmp_path / "file").write_text("read")
    tmp_path.chmod(0o755)
    options = ("--env=A=b", f"--volume={tmp_path}/file:/data/file:ro", "--", "-c", FILES, "--flag")
    done = subprocess.run(command(kind, *options), env=environment, input=b"given", capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (
        9,
        "65532 b given read ['--flag']\nRead-only file system\n",
        "",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_terminal_and_signals_are_the_ones_of_the_app(
    engine: tuple[str, Mapping[str, str]], number: signal.Signals
) -> None:
    kind, environment = engine
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, command(kind, "--", "-c", APP), dict(environment))
    said = read(terminal, b"ready")
    assert b"True" in said
    if number == signal.SIGINT:
        os.write(terminal, b"\x03")
    else:
        os.kill(child, number)
    assert f"got {number.value}".encode() in read(terminal, b"")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
