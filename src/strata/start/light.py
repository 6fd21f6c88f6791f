"""This module imports parts of the library with light forms of two slow modules, outside of a sandbox."""

from __future__ import annotations

import importlib
import sys


def import_light(*modules: str) -> None:
    """Import modules of the library, and what they import, with `dataclasses` and `typing` of strata.start.

    Everybody else gets the standard library's own: newer versions of it use more of these than the library does.
    """
    import strata.start.typing

    standard = {name: sys.modules.get(name) for name in ("dataclasses", "typing")}
    sys.modules["typing"] = strata.start.typing
    import strata.start.dataclasses

    sys.modules["dataclasses"] = strata.start.dataclasses
    try:
        for module in modules:
            importlib.import_module(module)
    finally:
        for name, known in standard.items():
            del sys.modules[name]
            if known:
                sys.modules[name] = known
