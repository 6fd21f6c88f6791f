from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from strata.installers.compiler_stand_ins import started_compilers, write_stand_ins


def test_a_stand_in_fails_and_notes_its_start(tmp_path: Path) -> None:
    tools = tmp_path / "the tools"
    write_stand_ins(tools, [sys.executable])
    assert started_compilers(tools) == []
    for name in ("gcc", "aarch64-linux-gnu-g++", "gcc"):
        ended = subprocess.run([str(tools / name), "demo.c"], capture_output=True, text=True)
        assert (ended.returncode, ended.stdout, ended.stderr) == (127, "", f"{name}: there is no compiler\n")
    assert started_compilers(tools) == ["aarch64-linux-gnu-g++", "gcc"]
