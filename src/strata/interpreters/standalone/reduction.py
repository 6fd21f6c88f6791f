"""This module picks the files of a standalone build that an image or a build needs, and gives them their paths there.

The archive's `python/` becomes `/usr`, so that programs and modules lie where Debian's CPython has them. What stays:

- the program `bin/python3.X`, and those shared libraries beside the standard library that it or an extension needs;
- the standard library, less what `is_useful` leaves out of Debian's as well, and less pip and setuptools
  (`site-packages`), tests, idle, tkinter with Tcl and Tk, turtledemo, lib2to3, and the files for compiling extensions
  (`config-*`); `sysconfig` needs only `_sysconfigdata_*.py`, which stays;
- the descriptions of common terminals, which `curses` and the interactive prompt need.

Scripts (`pip`, `idle`, `pydoc`, `2to3`), headers, static libraries, pkg-config files and manual pages stay out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Optional

from strata.debian.packages.omitted import is_below
from strata.debian.platform import debian_platform
from strata.errors.standalone import archive_is_damaged, interpreter_is_missing, program_does_not_fit
from strata.interpreters.standard_library import is_useful
from strata.oci.entry import Entry, File, Symlink
from strata.protocol.interpreter import feature_version
from strata.standalone.archive import ROOT, read_archive
from strata.standalone.elf import DamagedElf, Elf, read_elf
from strata.standalone.platform import standalone_platform

PREFIX = "usr"

# Directories and files below the standard library's directory.
_OMITTED = (
    "build-details.json",  # PEP 739: where the files for compiling extensions were on the machine that built it
    "ctypes/test",  # tests; releases have them for older versions of CPython
    "distutils/tests",
    "idlelib",  # an editor, on tkinter
    "lib2to3",  # reads Python 2
    "site-packages",  # pip, and setuptools before 3.12: images hold no installer
    "sqlite3/test",
    "tkinter",  # draws windows
    "turtledemo",  # demonstrations on tkinter
    "unittest/test",
)
_OMITTED_NAME = re.compile(r"config-3\.\d+[^/]*(/|$)|lib-dynload/_tkinter\.|(.*/)?__pycache__(/|$)")
_LIBRARY = re.compile(r"lib/[^/]+\.so(\.[^/]+)?")
# Those that Debian's package ncurses-base has, too.
_TERMINALS = {"ansi", "dumb", "linux", "screen", "screen-256color", "tmux", "tmux-256color"}
_TERMINALS |= {"vt100", "vt220", "xterm", "xterm-256color"}
_TERMINFO = "share/terminfo/"


def kept_entries(archive: Path, scratch: Path, *, platform: str, version: str, ensurepip: bool) -> dict[str, Entry]:
    """Return the entries of an archive that stay, by their path in an image: `usr/bin/python3.12`.

    Raise StrataError for a damaged archive, and for one without that version of CPython for that platform.

    :param scratch: an empty directory that must live as long as the entries.
    :param version: of CPython, in full.
    :param ensurepip: whether ensurepip stays.
    """
    feature = feature_version(version)
    program, library = f"bin/python{feature}", f"lib/python{feature}"
    programs: list[str] = []

    def kept(path: str) -> bool:
        if path.startswith("bin/"):
            programs.append(path)
        return path == program or _is_kept(path, library, ensurepip=ensurepip)

    entries = read_archive(archive, kept, scratch)
    for needed in (program, f"{library}/os.py"):
        if not isinstance(entries.get(needed), File):
            raise interpreter_is_missing(f"{ROOT}/{needed}", sorted({path for path in programs if "python" in path}))
    _check_program(entries[program], platform)
    libraries = _needed_libraries(entries, [program, f"{library}/lib-dynload/"])
    return {
        f"{PREFIX}/{path}": replace(entry, path=f"{PREFIX}/{path}")
        for path, entry in entries.items()
        if not _LIBRARY.fullmatch(path) or path in libraries
    }


def _is_kept(path: str, library: str, *, ensurepip: bool) -> bool:
    if path.startswith(_TERMINFO):
        return path.rpartition("/")[2] in _TERMINALS
    if not is_below(path, library):
        return _LIBRARY.fullmatch(path) is not None
    inner = path[len(library) + 1 :]
    if inner.startswith("ensurepip") and is_below(inner, "ensurepip") and not ensurepip:
        return False
    if any(is_below(inner, omitted) for omitted in _OMITTED) or _OMITTED_NAME.match(inner):
        return False
    return is_useful(f"{PREFIX}/{path}", f"{PREFIX}/{library}")


def _check_program(program: Entry, platform: str) -> None:
    elf, loader = _elf(program), debian_platform(platform).loader
    wanted = f"{platform} with glibc"
    if elf is None:
        raise program_does_not_fit(program.path, "it is no ELF file of 64 bits", wanted)
    if elf.machine != standalone_platform(platform).machine:
        raise program_does_not_fit(program.path, f"its header names the processor {elf.machine}", wanted)
    if elf.loader.rpartition("/")[2] != loader:
        raise program_does_not_fit(program.path, f"its loader is {elf.loader or 'none: it is static'}", wanted)


def _needed_libraries(entries: Mapping[str, Entry], roots: list[str]) -> set[str]:
    """Return the paths of the shared libraries that the roots need, and that these need."""
    found: set[str] = set()
    queue = [path for path in entries if path.startswith(tuple(roots))]
    while queue:
        path = queue.pop()
        entry = entries[path]
        if isinstance(entry, Symlink):
            names = [entry.target]
        else:
            elf = _elf(entry)
            names = list(elf.needed) if elf else []
        for name in names:
            library = f"lib/{name.rpartition('/')[2]}"
            if library in entries and library not in found:
                found.add(library)
                queue.append(library)
    return found


def _elf(entry: Entry) -> Optional[Elf]:
    if not isinstance(entry, File) or not isinstance(entry.source, Path):
        return None
    try:
        return read_elf(entry.source)
    except DamagedElf as damage:
        raise archive_is_damaged(f"{ROOT}/{entry.path}: {damage}") from None
