"""This module says which versions of CPython come with Strata as locks, so that they need no target in a BUILD file."""

from __future__ import annotations

from strata.debian.lock_reader import read_debian_lock
from strata.debian.shipped import RELEASES, shipped_interpreter_lock
from strata.interpreters.debian_versions import python_version
from strata.standalone.lock_reader import read_standalone_lock
from strata.standalone.shipped import PYTHONS as STANDALONE
from strata.standalone.shipped import shipped_standalone_lock

_WHERE = "the lock that comes with Strata"

STANDALONE_ONLY = tuple(python for python in STANDALONE if python not in RELEASES)
"""The feature versions that only standalone builds have."""

PYTHONS = tuple(sorted((*RELEASES, *STANDALONE_ONLY), key=lambda python: int(python.split(".")[1])))
"""All feature versions, oldest first. Debian's build is the one that is meant where there are two."""


def shipped_version(python: str) -> str:
    """Return the full version in the lock of a feature version, one of PYTHONS: 3.13.5 for 3.13."""
    if python in RELEASES:
        lock = read_debian_lock(shipped_interpreter_lock(python), _WHERE)
        return python_version(lock.platforms[0].packages)
    return read_standalone_lock(shipped_standalone_lock(python), _WHERE).version
