"""This module tells which modules a wheel provides, by the paths of its files.

https://docs.python.org/3/reference/import.html#regular-packages
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SOURCES = (".py", ".so")
_TESTS = "tests"
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")


def module_name(path: str) -> str | None:
    """Return the module that a file becomes, or None for a file that is none.

    :param path: relative to site-packages: `uvicorn/main.py`, `uvicorn/__init__.py`, `_x.abi3.so`.
    """
    folder, _, name = path.rpartition("/")
    if not name.endswith(_SOURCES):
        return None
    parts = [*folder.split("/"), name.partition(".")[0]] if folder else [name.partition(".")[0]]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_test_module(path: str) -> bool:
    """Return whether a file is a module in a directory `tests`, at any depth.

    Directories `testing` hold tools for the tests of others, which `import sympy`, for one, imports as well.

    :param path: relative to site-packages, or to a directory above it.
    """
    *folders, name = path.split("/")
    return name.endswith(".py") and _TESTS in folders


def import_names(members: Iterable[str]) -> tuple[str, ...]:
    """Return what an import needs to name so that it finds something in a wheel, sorted.

    These are the modules and packages that no regular package of the wheel holds: `click`, and `google.cloud.storage`
    where `google` and `google.cloud` are namespaces (PEP 420) that other wheels share.

    :param members: the names of the files in the archive.
    """
    modules = {module for member in members for module in [module_name(_DATA.sub("", member, count=1))] if module}
    found = set()
    for module in modules:
        parts = module.split(".")
        found.add(
            next(name for length in range(1, len(parts) + 1) for name in [".".join(parts[:length])] if name in modules)
        )
    return tuple(sorted(name for name in found if all(part.isidentifier() for part in name.split("."))))
