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


@pytest.fixture(autouse=True)
def loader(sandbox: Path) -> Path:
    """A program that prints its arguments, a line each."""
    loader = sandbox / "py/ld.so"
    loader.parent.mkdir()
    loader.write_text(f"#!{sys.executable}\n# --argv0\nimport sys\nprint(*sys.argv[1:], sep='\\n')\n")
    loader.chmod(0o755)
    return loader


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
    venv = make(sandbox)
    done = subprocess.run([str(venv.python), "-I", "a b"], capture_output=True, text=True, check=True)
    python = f"{sandbox}/py/bin/python3.13"
    assert done.stdout.splitlines() == [
        *("--argv0", str(venv.python), "--inhibit-cache", "--library-path", f"{sandbox}/py/lib", python),
        *("-I", "a b"),
    ]


def test_python_says_that_it_is_of_the_machine_whose_wheels_the_venv_takes(sandbox: Path, loader: Path) -> None:
    loader.write_text(f"#!{sys.executable}\n# --argv0\nimport sysconfig\nprint(sysconfig.get_platform())\n")
    venv = SandboxVenv.create(sandbox / "opt/venv", INTERPRETER, machine="aarch64")
    done = subprocess.run([str(venv.python)], capture_output=True, text=True, check=True, env={**venv.variables})
    assert done.stdout == "linux-aarch64\n"


def test_a_loader_that_starts_a_program_only_by_its_path(sandbox: Path, loader: Path) -> None:
    loader.write_text(loader.read_text().replace("# --argv0\n", ""))
    venv = make(sandbox)
    done = subprocess.run([str(venv.python), "-I"], capture_output=True, text=True, check=True)
    link = venv.python.with_name("python3.13")
    assert done.stdout.splitlines() == ["--inhibit-cache", "--library-path", f"{sandbox}/py/lib", str(link), "-I"]
    assert link.readlink() == sandbox / "py/bin/python3.13"
