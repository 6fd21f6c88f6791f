"""The locks of one project, `shop`, in every format that is read: made by the tools themselves when a test runs.

They name the machine's indexes in their URLs, so none is committed. Versions are pinned: all tools lock the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pants.backend.python.pip_requirement import PipRequirement
from pants.backend.python.util_rules.interpreter_constraints import InterpreterConstraints
from pants.backend.python.util_rules.lockfile_metadata import PythonLockfileMetadata

from strata.fetch.pip_config import PipConfig
from strata.locks.poetry.content_hash import hash_of
from strata.locks.requirements import read_requirements
from strata.locks.toml_table import read_toml
from support.environments import hashed_environment

REQUIREMENTS = ("click==8.1.8", "itsdangerous==2.2.0", "psutil==7.0.0")
"""One has wheels for platforms, by the stable ABI: this Pex leaves those for CPython 3.13 itself out of its locks."""

_PYPROJECT = f"""\
[project]
name = "shop"
version = "1"
requires-python = ">=3.9,<3.14"
dependencies = [{", ".join(f'"{text}"' for text in REQUIREMENTS)}]
"""
_CONSTRAINT = "CPython<3.14,>=3.9"


def team_locks(folder: Path) -> Mapping[str, str]:
    """Return path → text of the files of each resolve, below `locks/`; `folder` is for the tools to work in."""
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    uv = hashed_environment("uv", sys.executable, Path("src/strata/locks/installer_locks/uv.lock")).parent / "uv"
    index = [f"--default-index={url}" for url in PipConfig.read(os.environ, "").indexes[:1] if url]
    common = ["--python", sys.executable, "--no-config", *index]
    _run(folder, str(uv), "lock", *common)
    export = [str(uv), "export", "--frozen", "--no-emit-project", "--python", sys.executable]
    _run(folder, *export, "--format", "requirements.txt", "--output-file", "requirements.lock")
    _run(folder, *export, "--format", "pylock.toml", "--output-file", "pylock.toml")
    _run(
        folder,
        *(sys.executable, "-m", "pex.cli", "lock", "create", "--style=universal", "--target-system=linux"),
        *("--interpreter-constraint", _CONSTRAINT, "--pip-version=vendored", "--resolver-version=pip-2020-resolver"),
        *("--indent=2", "--pex-root", str(folder / "pex"), "--output=pex.lock", *REQUIREMENTS),
    )
    requirements = (folder / "requirements.lock").read_text()
    return {
        "locks/requirements.lock": requirements,
        "locks/pex.lock": _with_header_of_pants((folder / "pex.lock").read_bytes()),
        "locks/pylock.toml": (folder / "pylock.toml").read_text(),
        "locks/uv/uv.lock": (folder / "uv.lock").read_text(),
        "locks/uv/pyproject.toml": _PYPROJECT,
        "locks/poetry/poetry.lock": _poetry_lock(requirements),
        "locks/poetry/pyproject.toml": _PYPROJECT,
    }


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def _with_header_of_pants(lock: bytes) -> str:
    """Return the lock as `generate-lockfiles` writes it: with the header that Pants' own code makes."""
    metadata = PythonLockfileMetadata.new(
        valid_for_interpreter_constraints=InterpreterConstraints([_CONSTRAINT]),
        requirements={PipRequirement.parse(text) for text in REQUIREMENTS},
        manylinux="manylinux2014",
        requirement_constraints=set(),
        only_binary=set(),
        no_binary=set(),
    )
    command = "./pants generate-lockfiles --resolve=pex"
    return metadata.add_header_to_lockfile(lock, regenerate_command=command, delimeter="//").decode()


def _poetry_lock(requirements: str) -> str:
    """Return the requirements as a poetry.lock 2.1, with the content-hash of the project.

    Poetry itself needs a newer Python than a test may have; tests/support/locked_projects has locks that it wrote.
    """
    packages = []
    for locked in read_requirements(requirements, "requirements.lock"):
        files = ", ".join(f'{{file = "{name}", hash = "sha256:{name}"}}' for name in locked.hashes)
        markers = f"markers = {json.dumps(locked.marker)}\n" if locked.marker else ""
        packages.append(
            f'[[package]]\nname = "{locked.name}"\nversion = "{locked.version}"\n'
            f'groups = ["main"]\noptional = false\npython-versions = "*"\nfiles = [{files}]\n{markers}'
        )
    digest = hash_of(read_toml(_PYPROJECT, "pyproject.toml"))
    metadata = f'[metadata]\nlock-version = "2.1"\npython-versions = ">=3.9,<3.14"\ncontent-hash = "{digest}"\n'
    return "\n".join([*packages, metadata])
