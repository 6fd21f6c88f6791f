"""This module has the request and the result of the files of locked Debian packages."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.fs import Digest
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.debian_lock import DebianLockRequest
from strata.debian.lock import LockedPackage
from strata.oci.platform import Platform


@dataclass(frozen=True)
class DebianPackagesRequest:
    """The packages of a lock, for one platform."""

    lock: DebianLockRequest
    platform: Platform


@dataclass(frozen=True)
class DebianPackages:
    """Packages for one platform; `debs` maps the name of each to the digest that holds its file."""

    packages: tuple[LockedPackage, ...]
    debs: FrozenDict[str, Digest]
