"""This module reads the locks of Debian packages that come with Strata: bases, and CPython, for a start without locks.

They are made by `./pants generate-lockfiles` with the defaults of all options and for both platforms. A mirror drops a
package file when a point release replaces it, so what they name may be gone: a build then takes what the signed index
holds now, whatever `[strata-debian].gone` says, because there is no lock file that its user could renew.
"""

from __future__ import annotations

import pkgutil

RELEASES = {"3.9": "bullseye", "3.11": "bookworm", "3.13": "trixie"}
"""Feature version of CPython → the Debian release whose CPython and base there are locks of; oldest first."""


def shipped_base_lock(release: str) -> str:
    """Return the text of the lock of the default base of a release, one of RELEASES."""
    return _text(f"base-{release}.lock.json")


def shipped_debug_lock(release: str) -> str:
    """Return the text of the lock of the tools of debug images of a release, one of RELEASES."""
    return _text(f"debug-{release}.lock.json")


def shipped_interpreter_lock(python: str) -> str:
    """Return the text of the lock of a feature version of CPython, one of RELEASES."""
    return _text(f"cpython-{python}.lock.json")


def _text(name: str) -> str:
    data = pkgutil.get_data("strata.debian", f"shipped_locks/{name}")
    assert data is not None
    return data.decode()
