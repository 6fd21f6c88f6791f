"""This module picks the files of CPython's standard library, as Debian packages it, that are of use."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from strata.debian.packages.omitted import is_below
from strata.oci.entry import Entry, File, Symlink

# Paths below the standard library's directory that no app can use.
_OMITTED = (
    "__phello__",  # an example of a frozen package
    "sitecustomize.py",  # Debian's crash reporter, which is not here; it would hide an app's module of that name
    "test",  # the part of the test suite that Debian ships
    "turtle.py",  # draws with tkinter, which Debian packages apart
)
_TEST_EXTENSION = re.compile(r"lib-dynload/(_test|_ctypes_test|_xxtest|xxlimited|xxsubtype)")


def is_useful(path: str, standard_library: str) -> bool:
    """Return whether a file of an interpreter's packages is useful: no test, and no part of Debian's crash reporter.

    :param standard_library: the path of its directory.
    """
    if is_below(path, standard_library.replace("usr/lib", "etc")):
        return False  # holds sitecustomize.py, to which the standard library has a link
    if not is_below(path, standard_library):
        return True
    inner = path[len(standard_library) + 1 :]
    return not any(is_below(inner, name) for name in _OMITTED) and not _TEST_EXTENSION.match(inner)


def module_sources(entries: Mapping[str, Entry], standard_library: str) -> dict[str, Path]:
    """Return the file of each module by its path below the standard library's directory; follow links to a sibling."""
    sources = {}
    for path, entry in entries.items():
        if not path.endswith(".py") or not is_below(path, standard_library):
            continue
        if isinstance(entry, Symlink):
            entry = entries.get(f"{path.rpartition('/')[0]}/{entry.target}", entry)
        if isinstance(entry, File) and isinstance(entry.source, Path):
            sources[path[len(standard_library) + 1 :]] = entry.source
    return sources


def place_modules(sources: Mapping[str, Path], directory: Path) -> None:
    """Copy the modules to their paths below a directory."""
    for name, source in sources.items():
        module = directory / name
        module.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, module)
