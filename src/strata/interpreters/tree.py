"""The verb `interpreter-tree` unpacks Debian packages to `python/`, an interpreter that runs from any directory.

strata.interpreters.paths has the paths in the tree.

This step runs on any Python that the machine has, so it only unpacks: the unpacked interpreter makes all bytes that
are not the packages' own. Where it is for workers with another processor, the one for this machine makes them: the
bytecode of one version is the same for all.

The tree has only the files that Python needs in a build, less than 100, since they cross a remote cache and are linked
into sandboxes. For that reason the modules of the standard library are one archive of bytecode, which Python has on its
path by default. Measured on 2 cores, a bare start takes 12.8 ms instead of 11.8 ms
with 600 files, and importing a third of the library 87 ms instead of 77 ms; a tree of files costs more on every new
machine. The members are stored, not deflated, as each import would inflate them again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Optional

from strata.debian.packages.package_set import merge, unpacked
from strata.errors.archive import interpreter_is_missing
from strata.interpreters.bytecode import compiled_modules, write_archive
from strata.interpreters.paths import InterpreterPaths, interpreter_below, interpreter_paths
from strata.interpreters.standard_library import is_useful, module_sources, place_modules
from strata.oci.entry import Entry, File, Symlink
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.interpreter_tree import Request, Result

TREE = "python"

_LIBRARY = re.compile(r"[^/]+\.so(\.[^/]+)?")
# Modules that no build imports: the documentation's text, and pip's own installer with a wheel outside the tree.
_NOT_FOR_BUILDS = ("pydoc_data/", "ensurepip/")
# CPython finds its prefix by this file, although it imports the module from the archive.
_LANDMARK = "os.py"
_EXTENSIONS = "lib-dynload"
# A standalone build may have all extensions in its program, and this file so that the directory is there nevertheless:
# CPython finds its prefix by that, too.
_EMPTY = ".empty"
# Where a standalone build has the shared libraries that are its own.
_PREFIX_LIBRARY = "usr/lib"


def run(request: Request) -> Result:
    """Write the tree. Raise StrataError for damaged packages, and for packages without an interpreter."""
    paths = interpreter_paths(request.platform, request.version)
    with unpacked(request.packages) as packages:
        entries = {path: entry for path, entry in merge(packages).items() if is_useful(path, paths.standard_library)}
        for needed in (paths.loader, paths.python, f"{paths.standard_library}/{_LANDMARK}"):
            if needed not in entries:
                raise interpreter_is_missing(needed)
        write_tree(entries, request.platform, request.version, request.compiler)
    return Result()


def write_tree(
    entries: Mapping[str, Entry], platform: str, version: str, compiler: Optional[SandboxInterpreter] = None
) -> None:
    """Write the tree of an interpreter.

    :param entries: of the interpreter and its C library, by path; their files exist.
    :param version: of CPython, in full.
    :param compiler: the interpreter that compiles the library; None for the one in the tree.
    """
    paths = interpreter_paths(platform, version)
    tree = Path(TREE).absolute()
    programs = {paths.python, paths.loader, _followed(paths.loader, entries)}
    for path, entry in entries.items():
        mode = 0o755 if path in programs else _mode(path, paths)
        if mode is not None:
            _place(entry, tree / path, mode)
    modules = module_sources(entries, paths.standard_library)
    useful = {name: modules[name] for name in modules if not name.startswith(_NOT_FOR_BUILDS)}
    _archive_library(useful, tree, paths, (compiler or interpreter_below(str(tree), platform, version)).command())


def _archive_library(modules: Mapping[str, Path], tree: Path, paths: InterpreterPaths, command: Sequence[str]) -> None:
    """Write the archive of bytecode. An interpreter needs its library to compile it, so its sources come first."""
    library = tree / paths.standard_library
    place_modules(modules, library)
    scratch = Path("bytecode").absolute()
    compiled = compiled_modules(modules, command, f"/{paths.standard_library}", scratch, which="all")
    for child in library.iterdir():
        if child.name not in (_LANDMARK, _EXTENSIONS):
            shutil.rmtree(child) if child.is_dir() else child.unlink()
    archive = tree / paths.zipped_library
    write_archive({f"{name}c": code for name, code in compiled.items()}, archive)
    archive.chmod(0o644)
    shutil.rmtree(scratch)


def _followed(path: str, entries: Mapping[str, Entry]) -> str:
    """Return the path of the file that a path names: in Debian 11 the loader is a link to `ld-2.31.so` beside it."""
    entry = entries.get(path)
    return f"{path.rpartition('/')[0]}/{entry.target}" if isinstance(entry, Symlink) else path


def _mode(path: str, paths: InterpreterPaths) -> Optional[int]:
    """Return the mode of a file that is no program, or None if it is no part of the tree."""
    directory, _, name = path.rpartition("/")
    if directory in (paths.library_path, _PREFIX_LIBRARY, f"{paths.standard_library}/{_EXTENSIONS}") and (
        _LIBRARY.fullmatch(name)
    ):
        return 0o644
    if path in (f"{paths.standard_library}/{_LANDMARK}", f"{paths.standard_library}/{_EXTENSIONS}/{_EMPTY}"):
        return 0o644
    return None


def _place(entry: Entry, path: Path, mode: int) -> None:
    """Write a file, or a link to a sibling: the short name of a library. Other links could lead out of the tree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(entry, File) and isinstance(entry.source, Path):
        shutil.copyfile(entry.source, path)
        path.chmod(mode)
    elif isinstance(entry, Symlink) and "/" not in entry.target:
        path.symlink_to(entry.target)
