"""What is run where a process is killed, and not where it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import strata

PROGRAM = """
import os, sys
from strata.run.orphans import guarded
with guarded(["/bin/sh", "-c", 'echo killed > "$0"', sys.argv[1]]):
    os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize("number, said", [(9, "killed\n"), (0, "")])
def test_a_command_runs_where_the_process_is_killed(tmp_path: Path, number: int, said: str) -> None:
    mark = tmp_path / "mark"
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(mark), str(number)],
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__))},
        check=False,
    )
    deadline = time.monotonic() + (30 if said else 0)
    while not mark.exists() or mark.read_text() != said:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    assert (mark.read_text() if mark.exists() else "") == said
