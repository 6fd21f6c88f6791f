"""This module finds the program of Debian's `busybox-static`, and the names of the tools that are in it.

The names stand in the program one after another, sorted, each with a zero byte behind it: busybox looks the name up
there that it is called by. So they are read for any processor without running it.
https://git.busybox.net/busybox/tree/include/applet_tables.h
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

from strata.oci.entry import Entry, File

# The table begins with the two names of `test` that are no words.
_TABLE = re.compile(rb"\[\0\[\[\0((?:[a-z0-9][A-Za-z0-9_.+-]*\0)+)")


def busybox(entries: Iterable[Entry]) -> Optional[Path]:
    """Return the file of the program among the entries of packages; None where there is none."""
    for entry in entries:
        if isinstance(entry, File) and entry.path == "usr/bin/busybox":
            assert isinstance(entry.source, Path)
            return entry.source
    return None


def tools(program: bytes) -> tuple[str, ...]:
    """Return the names of the tools in a program, sorted; none where it is no busybox with a shell."""
    for found in _TABLE.finditer(program):
        names = tuple(name.decode() for name in found[1].split(b"\0") if name)
        if "sh" in names and list(names) == sorted(names):
            return ("[", "[[", *names)
    return ()
