"""This module has the requests and results of standalone builds of CPython, and of their locks."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address
from pants.engine.fs import Digest

from strata.oci.platform import Platform
from strata.standalone.lock import StandaloneInputs, StandaloneLock


@dataclass(frozen=True)
class StandaloneLockRequest:
    """The lock of a target: the file in the repository, and what it has to be made from.

    `lockfile` is empty for the lock that comes with Strata (strata.standalone.shipped). `version` is the wanted version
    of CPython, 3.12 or 3.12.13.
    """

    address: Address
    lockfile: str
    inputs: StandaloneInputs
    version: str


@dataclass(frozen=True)
class StandaloneBuildRequest:
    """The archive of a lock, for one platform."""

    lock: StandaloneLockRequest
    platform: Platform


@dataclass(frozen=True)
class StandaloneBuild:
    """The archive of CPython `version` in a release; `digest` holds its `file`."""

    version: str
    release: str
    file: str
    digest: Digest


@dataclass(frozen=True)
class ResolvedStandaloneLock:
    """The lock that a release gives."""

    lock: StandaloneLock
