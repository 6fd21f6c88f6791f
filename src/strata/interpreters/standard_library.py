"""The standard library of CPython, as Debian packages it: which of its files serve."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from strata.debian.packages.omitted import is_below
from strata.oci.layer import Entry, File, Symlink

# Below the standard library's directory. None of them can be useful in an image.
_OMITTED = (
    "__phello__",  # an example of a frozen package
    "sitecustomize.py",  # Debian's crash reporter, which is not here; it would hide an app's module of that name
    "test",  # what Debian leaves of the test suite
    "turtle.py",  # draws with tkinter, which Debian packages apart
)
_TEST_EXTENSION = re.compile(r"lib-dynload/(_test|_ctypes_test|_xxtest|xxlimited|xxsubtype)")


def is_useful(path: str, standard_library: str) -> bool:
    """Whether a path of an interpreter's packages is anything but a part of the tests or of the crash reporter."""
    if is_below(path, standard_library.replace("usr/lib", "etc")):
        return False  # holds sitecustomize.py, to which the standard library has a link
    if not is_below(path, standard_library):
        return True
    inner = path[len(standard_library) + 1 :]
    return not any(is_below(inner, name) for name in _OMITTED) and not _TEST_EXTENSION.match(inner)


def module_sources(entries: Mapping[str, Entry], standard_library: str) -> dict[str, Path]:
    """The file of each module, by its path below the standard library's directory; links to a sibling are followed."""
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
    """Copies the modules to their paths below a directory."""
    for name, source in sources.items():
        module = directory / name
        module.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, module)
