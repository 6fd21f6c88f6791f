"""This module imports a part of the library with light forms of slow modules, outside of a sandbox."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextlib import suppress

# `http.client` holds light forms itself, so that everybody else imports it anew.
_HIDDEN = ("dataclasses", "typing", "email", "email.parser", "email.message", "gettext", "ssl", "http.client")


def import_light(*modules: str) -> None:
    """Import modules of the library, and what they import, with the light forms of strata.start.

    These are of `dataclasses`, `typing`, `email` and `gettext`; `http.client` gets no `ssl`. Everybody else gets the
    standard library's own: newer versions of it use more of these than the library does.
    """
    import strata.start.typing

    # All that is made here stays.
    gc.disable()
    standard = {name: sys.modules.pop(name) for name in _HIDDEN if name in sys.modules}
    sys.modules["typing"] = strata.start.typing
    import strata.start.dataclasses
    import strata.start.email
    import strata.start.gettext

    sys.modules["dataclasses"] = strata.start.dataclasses
    sys.modules["gettext"] = strata.start.gettext
    sys.modules.update(dict.fromkeys(strata.start.email.NAMES, strata.start.email))
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        for module in modules:
            importlib.import_module(module)
    finally:
        for name in _HIDDEN:
            sys.modules.pop(name, None)
        sys.modules.update(standard)
        gc.freeze()
        gc.enable()


def leave(code: int) -> None:
    """End this process without tidying up, which the system does faster. Output is written before."""
    for stream in (sys.stdout, sys.stderr):
        # Nobody may be there to read it.
        with suppress(OSError):
            stream.flush()
    os._exit(code)
