"""This module has the requests and results of locks of Debian packages, and of the index of a mirror."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address

from pants_strata.artifacts.python_version import WantedPython
from strata.debian.index import PackageIndex
from strata.debian.lock import DebianLock, LockInputs
from strata.errors import StrataError


@dataclass(frozen=True)
class DebianLockRequest:
    """The lock of a target: the file in the repository, and what it has to be made from.

    `lockfile` is empty for the lock that comes with Strata (strata.debian.shipped).
    `release` is the code name of the Debian release.
    `python` is the version of CPython that it is to hold; None for the lock of something else.
    """

    address: Address
    lockfile: str
    inputs: LockInputs
    release: str
    python: WantedPython | None = None


@dataclass(frozen=True)
class DebianIndexRequest:
    """The signed package index of suites, as the mirror has it now."""

    suites: tuple[str, ...]
    components: tuple[str, ...]
    architecture: str


@dataclass(frozen=True)
class DebianIndex:
    """Either the index, with the day of the newest release file that lists it, or the error of reading it."""

    index: PackageIndex | None = None
    released: str = ""
    error: StrataError | None = None


@dataclass(frozen=True)
class ResolvedDebianLock:
    """What the signed index of the mirror holds now for the inputs of a lock."""

    lock: DebianLock
