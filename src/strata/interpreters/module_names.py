"""This module names the top-level modules of the standard library of the Python that runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Optional

# Modules that an image has, and the tree of a build has not (strata.interpreters.tree).
_ONLY_IN_IMAGES = ("ensurepip", "pydoc_data")
# Their imports stand behind a condition, seldom one that guards.
_ON_OTHER_SYSTEMS = ("msilib", "msvcrt", "winreg", "winsound")


def standard_library_names() -> frozenset[str]:
    """Return the names. CPython knows them since 3.10; an older one is searched, without what is installed beside."""
    names: Optional[Iterable[str]] = getattr(sys, "stdlib_module_names", None)
    if names is not None:
        return frozenset(names)
    # It takes two milliseconds of each edit to load.
    import pkgutil

    own = [path for path in sys.path if path.startswith(sys.base_prefix + os.sep) and not path.endswith("-packages")]
    found = (module.name for module in pkgutil.iter_modules(own))
    return frozenset([*sys.builtin_module_names, *found, *_ONLY_IN_IMAGES, *_ON_OTHER_SYSTEMS])
