"""This module compiles modules for their place in an image. PEP 3147 defines its place, PEP 552 its form."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from strata.interpreters import compile_modules
from strata.oci.zip_member import ZipMember


@contextmanager
def bytecode_folder() -> Iterator[Path]:
    """Make a directory for archives of bytecode, below the working directory, for the length of the `with` block."""
    # The module tempfile takes several milliseconds to load, and dozens of processes start that compile.
    folder = Path(f"bytecode-{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compile_directory(
    modules: Path, python: Sequence[str], final: str, archive: Path, *, which: Literal["all", "valid"]
) -> None:
    """Compile the modules below a directory into a new archive, in a process of its own (interpreters.compile_modules).

    :param modules: the directory.
    :param python: the command that starts the interpreter.
    :param final: the directory's path in an image, `/app`.
    :param archive: the path of the new archive.
    :param which: `all` fails for a module that does not compile, `valid` leaves it out.

    Raise OSError where there is no room for the archive.
    """
    script = [str(Path(compile_modules.__file__).absolute()), str(modules), final, str(archive), which]
    # The module subprocess takes as long to load as this process takes to start.
    code = os.spawnve(os.P_WAIT, python[0], [*python, "-I", "-B", "-W", "ignore", *script], {})
    if code in compile_modules.NO_ROOM:
        raise OSError(code, os.strerror(code), str(archive))
    if code != 0:
        raise RuntimeError(f"the process that compiles {modules} ended with {code}")


def compiled_modules(archive: Path) -> dict[str, ZipMember]:
    """Return the bytecode in an archive, by the module's path below the directory: `json/__init__.py`."""
    with zipfile.ZipFile(archive) as opened:
        infos = opened.infolist()
    members = ZipMember.find_all(archive, infos)
    return {info.filename[: -len("c")]: member for info, member in zip(infos, members)}


def cache_path(module: str, feature_version: str) -> str:
    """Return the path of a module's bytecode: `json/__pycache__/__init__.cpython-313.pyc` for `json/__init__.py`."""
    directory, slash, name = module.rpartition("/")
    return f"{directory}{slash}__pycache__/{name[: -len('.py')]}.cpython-{feature_version.replace('.', '')}.pyc"
