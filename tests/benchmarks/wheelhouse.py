"""Wheels on disk: what a hashed list of requirements names, for the interpreter of the images."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import run
from benchmarks.toolbox import Toolbox

PYTHON = "3.13"
# Of Debian 13, whose C library the images have.
_GLIBC_MINOR = 41
_PLATFORM = "x86_64-manylinux_2_40"
PLATFORM_TAGS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(_GLIBC_MINOR, 4, -1)),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
)


@dataclass(frozen=True)
class Wheelhouse:
    """:param folder: holds the wheels, and nothing else. :param lock: the hashed list that names each of them."""

    folder: Path
    lock: Path

    @property
    def wheels(self) -> Sequence[Path]:
        return sorted(self.folder.glob("*.whl"))

    @classmethod
    def download(cls, lock: Path, tools: Toolbox) -> Wheelhouse:
        """From the indexes of pip's own configuration, once: a later run of the command finds them."""
        text = lock.read_bytes()
        folder = tools.cache / f"wheels-{hashlib.sha256(text).hexdigest()[:12]}"
        if not folder.exists():
            partial = folder.with_suffix(".new")
            options = ["--no-deps", "--require-hashes", "--only-binary=:all:", f"--python-version={PYTHON}"]
            platforms = [f"--platform={tag}" for tag in PLATFORM_TAGS]
            run(tools.python, "-m", "pip", "download", "--quiet", *options, *platforms, f"--dest={partial}", "-r", lock)
            partial.rename(folder)
        return cls(folder, lock)


def resolve(requirements: Path, tools: Toolbox) -> Path:
    """The hashed list of all that the requirements lead to, made once of the machine's index.

    uv does not read pip's configuration: where that names another index, its variables UV_* name it too.
    """
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    lock = tools.cache / f"lock-{key}.txt"
    if not lock.exists():
        target = [f"--python-version={PYTHON}", f"--python-platform={_PLATFORM}", "--no-build"]
        form = ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
        # uv reads this one variable of pip's, and stops where a folder that it names is absent.
        environment = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
        partial = lock.with_suffix(".new")
        run(tools.uv, "pip", "compile", *target, *form, "--output-file", partial, requirements, env=environment)
        partial.rename(lock)
    return lock
