from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from strata.installers.sandbox_venv import SandboxVenv
from strata.oci.layer import Directory, File, Symlink
from strata.protocol.interpreter import SandboxInterpreter
from strata.wheels.image_venv import image_site_packages, venv_entries

REQUEST = {"loader": "py/ld.so", "library_path": "py/lib", "python": "py/bin/python3.13", "version": "3.13.5"}


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: with spaces, as a sandbox may have it."""
    folder = tmp_path / "a sandbox"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def make(sandbox: Path) -> SandboxVenv:
    return SandboxVenv.create(sandbox / "opt/venv", SandboxInterpreter.from_request(REQUEST))


def test_interpreter(sandbox: Path) -> None:
    interpreter = SandboxInterpreter.from_request(REQUEST)
    assert interpreter.feature_version == "3.13"
    assert interpreter.command()[0] == f"{sandbox}/py/ld.so"
    assert interpreter.command()[-3:] == ["--library-path", f"{sandbox}/py/lib", f"{sandbox}/py/bin/python3.13"]


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
    found = done.stdout.splitlines()
    assert found[found.index("--argv0") + 1] == str(venv.python)
    assert found[-3:] == [f"{sandbox}/py/bin/python3.13", "-I", "a b"]


def test_venv_in_the_image() -> None:
    entries = list(venv_entries("3.13"))
    links = {entry.path: entry.target for entry in entries if isinstance(entry, Symlink)}
    assert links == {
        "opt/venv/bin/python": "/usr/bin/python3.13",
        "opt/venv/bin/python3": "python",
        "opt/venv/bin/python3.13": "python",
        "opt/venv/lib64": "lib",
    }
    assert [(entry.path, entry.source) for entry in entries if isinstance(entry, File)] == [
        ("opt/venv/pyvenv.cfg", b"home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.13\n")
    ]
    assert [entry.path for entry in entries if isinstance(entry, Directory)] == [image_site_packages("3.13")]


def test_site_packages() -> None:
    assert image_site_packages("3.13") == "opt/venv/lib/python3.13/site-packages"
