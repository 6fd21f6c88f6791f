"""Poetry as the installer: it installs projects, so the wheels are given to it as the lock of one.

The project has no dependencies of its own: its lock, whose head Poetry itself writes, names each wheel as a file
(`type = "file"`) in the main group. Groups, extras and markers of the user's own lock are evaluated before the wheels
are fetched, and Poetry needs no index.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.installers.installer import run_tool
from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.installer import SandboxInstaller
from strata.protocol.wheel import Wheel
from strata.wheels.record import Summary

_PROJECT = """\
[project]
name = "strata-venv"
version = "0"
requires-python = "=={version}.*"
dependencies = []

[tool.poetry]
package-mode = false
"""

_PACKAGE = """\
[[package]]
name = "{name}"
version = "{version}"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = [{{file = "{file}", hash = "sha256:{sha256}"}}]

[package.source]
type = "file"
url = "{url}"

"""

_START = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "poetry"
from poetry.console.application import main
sys.exit(main())
"""


def install_with_poetry(installer: SandboxInstaller, venv: SandboxVenv, wheels: Sequence[Wheel], scratch: Path) -> None:
    """Runs Poetry on the interpreter, with its wheels unpacked in a directory of their own."""
    site, project = scratch / "poetry", scratch / "project"
    for wheel in installer.wheels:
        with zipfile.ZipFile(wheel) as archive:
            # zipfile drops `..` and drive letters; the wheels are the locked ones and there are no links in them.
            archive.extractall(site)
    project.mkdir()
    (project / "pyproject.toml").write_text(_PROJECT.format(version=venv.interpreter.feature_version))
    poetry = [*venv.interpreter.command(Path.cwd()), "-I", "-c", _START, str(site), "--no-interaction", "--no-ansi"]
    environment = {
        "VIRTUAL_ENV": str(venv.prefix),
        "POETRY_VIRTUALENVS_CREATE": "false",
        "POETRY_CACHE_DIR": str(scratch / "cache"),
        "POETRY_KEYRING_ENABLED": "false",
    }
    run_tool("poetry", [*poetry, "lock"], scratch, cwd=project, environment=environment)
    _lock(project / "poetry.lock", wheels)
    run_tool("poetry", [*poetry, "install", "--no-root"], scratch, cwd=project, environment=environment)


def unpack_poetry(installer: SandboxInstaller, scratch: Path) -> Path:
    """The directory, absolute, from which Poetry and all it needs can be imported."""
    site = scratch.absolute() / "poetry"
    for wheel in installer.wheels:
        with zipfile.ZipFile(wheel) as archive:
            # zipfile drops `..` and drive letters; the wheels are the locked ones and there are no links in them.
            archive.extractall(site)
    return site


def _lock(file: Path, wheels: Sequence[Wheel]) -> None:
    """Puts the wheels into the empty lock that Poetry wrote, whose metadata fit this version of it."""
    head, metadata, tail = file.read_text().partition("[metadata]\n")
    if "package = []\n" not in head or not metadata:
        raise errors.installer_failed("poetry", ["it wrote a lock of an unknown form:", *head.splitlines()])
    packages = "".join(
        _PACKAGE.format(
            name=wheel.name,
            version=wheel.version,
            file=wheel.path.name,
            sha256=_sha256(wheel.path),
            url=wheel.path.absolute(),
        )
        for wheel in wheels
    )
    file.write_text(head.replace("package = []\n", "") + packages + metadata + tail)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return Summary.of(stream).sha256.hex()
