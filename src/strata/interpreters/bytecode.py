"""This module compiles modules for their place in an image. PEP 3147 defines its place, PEP 552 its form."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Union

from strata.interpreters import compile_modules
from strata.oci.zip_member import ZipMember


@contextmanager
def bytecode_folder() -> Iterator[Path]:
    """Make a directory for bytecode, below the working directory, for the length of the `with` block."""
    # The module tempfile takes several milliseconds to load, and dozens of processes start that compile.
    folder = Path(f"bytecode-{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compiled_modules(
    sources: Mapping[str, Union[Path, ZipMember]],
    python: Sequence[str],
    final: str,
    scratch: Path,
    *,
    which: Literal["all", "valid"],
) -> dict[str, ZipMember]:
    """Compile modules in a process of its own (interpreters.compile_modules); return the bytecode of each by its path.

    :param sources: by path below the directory: `json/__init__.py`.
    :param python: the command that starts the interpreter.
    :param final: the directory's path in an image, `/app`.
    :param scratch: a new directory, which must live as long as the bytecode.
    :param which: `all` fails for a module that does not compile, `valid` leaves it out.

    The form of the bytecode is that of archive members that are not compressed. Raise OSError where there is no room.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    compile_modules.write_sources(str(scratch), [_place(name, source) for name, source in sorted(sources.items())])
    code = _compile(python, [str(scratch), final, which])
    if code in compile_modules.NO_ROOM:
        raise OSError(code, os.strerror(code), str(scratch))
    if code != 0:
        raise RuntimeError(f"the process that compiles modules of {final} ended with {code}")
    bytecode = scratch / "bytecode"
    return {
        name: ZipMember(bytecode, f"{name}c", offset, size, size, crc, deflated=False)
        for name, offset, size, crc in compile_modules.read_table(str(scratch))
    }


def _compile(python: Sequence[str], arguments: list[str]) -> int:
    """Run the script in a process of its own; return the exit code."""
    server = compile_modules.server
    if server is not None and python[-1] == sys.executable:
        # Afterwards it has a past, on which bytecode could depend.
        compile_modules.server = None
        return compile_modules.ask(arguments, server)
    # Until 3.10 bytecode has the elements of sets in the order of their hashes, so Python must read this environment.
    command = [*python, "-s", "-S", "-B", str(Path(compile_modules.__file__).absolute()), *arguments]
    # The module subprocess takes as long to load as this process takes to start.
    return os.spawnve(os.P_WAIT, python[0], command, {"PYTHONHASHSEED": "0"})


def _place(name: str, source: Union[Path, ZipMember]) -> compile_modules.Source:
    """Return where the source of a module lies."""
    if isinstance(source, Path):
        size = source.stat().st_size
        return name, str(source), 0, size, size, False
    return name, str(source.archive), source.offset, source.compressed_size, source.size, source.deflated


def write_archive(files: Mapping[str, Union[Path, ZipMember]], archive: Path) -> None:
    """Write files by name as a zip archive, out of which Python imports. Its bytes depend on nothing else."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
        for name, source in files.items():
            # A ZipInfo of its own has the earliest time that an archive can hold, and no mode of a file.
            written.writestr(zipfile.ZipInfo(name), source.read_bytes())


def cache_path(module: str, feature_version: str) -> str:
    """Return the path of a module's bytecode: `json/__pycache__/__init__.cpython-313.pyc` for `json/__init__.py`."""
    directory, slash, name = module.rpartition("/")
    return f"{directory}{slash}__pycache__/{name[: -len('.py')]}.cpython-{feature_version.replace('.', '')}.pyc"
