"""An image by `strata run` at a terminal: the app has it, with its size, and gets what is typed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

import strata
from support.oci.examples import WEB
from support.oci.readers import require_root
from support.oci.terminals import read
from support.programs import require

PACKAGES = {"bwrap": "bubblewrap", "runc": "runc"}
ROWS, COLUMNS = 31, 97
APP = """
import os, signal, sys, time
count = 0
def interrupted(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, interrupted)
print(sys.stdin.isatty(), sys.stdout.isatty(), os.get_terminal_size(0), input("ready"), flush=True)
while not count:
    time.sleep(0.05)
time.sleep(0.3)
print("interrupted", count)
sys.exit(7)
"""


def started(runtime: str, cache: Path) -> tuple[int, int]:
    """Return the process of `run`, and the terminal that it has."""
    require_root()
    require(runtime, PACKAGES[runtime])
    options = [f"--runtime={runtime}", f"--cache={cache}", "--entrypoint=/opt/venv/bin/python", "--", "-c", APP]
    environment = {"PATH": os.defpath, "PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__))}
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(sys.executable, [sys.executable, "-m", "strata", "run", str(WEB), *options], environment)
    return child, terminal


def code_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("runtime", sorted(PACKAGES))
def test_the_terminal_is_the_one_of_the_app(runtime: str, tmp_path: Path) -> None:
    child, terminal = started(runtime, tmp_path)
    read(terminal, b"ready")
    os.write(terminal, b"typed\n")
    read(terminal, b"True True os.terminal_size(columns=97, lines=31) typed")
    os.write(terminal, b"\x03")
    assert b"interrupted 1" in read(terminal, b"")
    assert code_of(child) == 7
    assert [path.name for path in tmp_path.iterdir()] == ["layers"]


@pytest.mark.parametrize("runtime", sorted(PACKAGES))
def test_the_app_ends_with_a_run_that_is_killed(runtime: str, tmp_path: Path) -> None:
    child, terminal = started(runtime, tmp_path)
    read(terminal, b"ready")
    os.kill(child, signal.SIGKILL)
    assert code_of(child) == -signal.SIGKILL
    # runc has the app's end of a terminal of its own; bwrap gives it this one, which is at its end when nobody has it.
    read(terminal, b"")
    deadline = time.monotonic() + 30
    while processes(str(tmp_path)):
        assert time.monotonic() < deadline, processes(str(tmp_path))
        time.sleep(0.05)


def processes(text: str) -> list[str]:
    """Return the command lines on this machine that hold a text."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(each.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if text in line]
