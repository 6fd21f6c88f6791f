"""This module runs Poetry as the installer.

Poetry installs the lock of a project, so this module writes a project whose lock holds the wheels. The project has no
dependencies. Poetry writes the head of the lock, and this module adds an entry for each wheel, as a file
(`type = "file"`) of the main group. Groups, extras and markers of the user's own lock were evaluated before the wheels
were fetched, and Poetry needs no index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from strata.errors import installers as errors
from strata.errors.wheels import unreadable_wheel
from strata.installers.installer import run_tool
from strata.installers.sandbox_venv import SandboxVenv
from strata.pieces import file_sha256
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.wheel import Wheel
from strata.wheels.zip_reader import opened_zip

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
    """Install wheels with Poetry, which runs on the interpreter artifact. Raise StrataError where it fails."""
    site, project = unpack_poetry([installer.program], scratch), scratch / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(_PROJECT.format(version=venv.interpreter.feature_version))
    poetry = [*venv.interpreter.command(Path.cwd()), "-I", "-c", _START, str(site), "--no-interaction", "--no-ansi"]
    environment = {
        **venv.variables,
        "VIRTUAL_ENV": str(venv.prefix),
        "POETRY_VIRTUALENVS_CREATE": "false",
        "POETRY_CACHE_DIR": str(scratch / "cache"),
        "POETRY_KEYRING_ENABLED": "false",
    }
    run_tool("poetry", [*poetry, "lock"], scratch, cwd=project, environment=environment)
    _lock(project / "poetry.lock", wheels)
    run_tool("poetry", [*poetry, "install", "--no-root"], scratch, cwd=project, environment=environment)


def unpack_poetry(archives: Iterable[Path], scratch: Path) -> Path:
    """Unpack Poetry into `scratch`; return the absolute directory from which Python imports it.

    :param archives: the one that has all of it (strata.installers.prepare), or the wheels.
    """
    site = scratch.absolute() / "poetry"
    for each in archives:
        with opened_zip(each, unreadable_wheel) as archive:
            archive.extract(site)
    return site


def _lock(file: Path, wheels: Sequence[Wheel]) -> None:
    """Add the wheels to the empty lock that Poetry wrote, whose head and metadata fit this version of Poetry."""
    head, metadata, tail = file.read_text().partition("[metadata]\n")
    if "package = []\n" not in head or not metadata:
        raise errors.installer_failed("poetry", ["it wrote a lock of an unknown form:", *head.splitlines()])
    packages = "".join(
        _PACKAGE.format(
            name=wheel.name,
            version=wheel.version,
            file=wheel.path.name,
            sha256=file_sha256(wheel.path),
            url=wheel.path.absolute(),
        )
        for wheel in wheels
    )
    file.write_text(head.replace("package = []\n", "") + packages + metadata + tail)
