from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.interpreter import SandboxInterpreter

INTERPRETER = SandboxInterpreter("py/ld.so", "py/lib", "py/bin/python3.13", "3.13.5")


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: with spaces, as a sandbox may have it."""
    folder = tmp_path / "a sandbox"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def make(sandbox: Path) -> SandboxVenv:
    return SandboxVenv.create(sandbox / "opt/venv", INTERPRETER)


def test_venv_in_the_sandbox(sandbox: Path) -> None:
    venv = make(sandbox)
    assert venv.site_packages.is_dir()
    assert (venv.prefix / "pyvenv.cfg").read_text() == (
        f"home = {sandbox}/py/bin\ninclude-system-site-packages = false\nversion = 3.13\n"
    )


def test_python_in_the_sandbox_starts_the_interpreter(sandbox: Path) -> None:
    """Through its own loader, under the name of the venv's `python`."""
    loader = sandbox / "py/ld.so"
    loader.parent.mkdir()
    loader.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], sep='\\n')\n")
    loader.chmod(0o755)
    venv = make(sandbox)
    done = subprocess.run([str(venv.python), "-I", "a b"], capture_output=True, text=True, check=True)
    python = f"{sandbox}/py/bin/python3.13"
    assert done.stdout.splitlines() == [
        *("--argv0", str(venv.python), "--inhibit-cache", "--library-path", f"{sandbox}/py/lib", python),
        *("-I", "a b"),
    ]
