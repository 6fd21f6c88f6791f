"""This module reads the locks of standalone builds that come with Strata.

They have the form that `./pants generate-lockfiles` writes with the default options. A release of standalone builds
keeps its files, so that these locks do not age as those of Debian packages do.
"""

from __future__ import annotations

import pkgutil

RELEASE = "20260414"
"""The release that the locks are of."""

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""The feature versions of CPython that there is a lock for."""


def shipped_standalone_lock(python: str) -> str:
    """Return the text of the lock of a feature version of CPython, one of PYTHONS."""
    data = pkgutil.get_data("strata.standalone", f"shipped_locks/cpython-{python}.lock.json")
    assert data is not None
    return data.decode()
