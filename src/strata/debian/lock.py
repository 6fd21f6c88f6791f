"""This module has the lock of Debian packages: the files of a mirror that make up a set of packages, by platform.

It is a JSON file, sorted and with one value a line, so that a renewal shows exactly what changed:

    {"format": 1,
     "made_from": {"components": […], "excluded": […], "roots": […], "suites": […]},
     "released": "2026-11-15",
     "platforms": {"linux/amd64": [{"name": "libc6", "version": "2.41-12", "architecture": "amd64",
                                    "path": "pool/main/…", "size": 2800000, "sha256": "…", "repository": "debian"}]}}

`released` is the day of the newest release file of the mirror that the lock was made from: no later fix is in it. Locks
of earlier versions of Strata have none. A lock names no host: a path is relative to the root of the user's own mirror
of the repository.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from strata.errors.debian import lock_lacks_package, lock_lacks_platform

FORMAT = 1

# The two repositories of a Debian mirror have URL roots of their own: releases and their updates, and security fixes.
MAIN_REPOSITORY = "debian"
SECURITY_REPOSITORY = "debian-security"
REPOSITORIES = (MAIN_REPOSITORY, SECURITY_REPOSITORY)


def repository_of(suite: str) -> str:
    """Return the repository of a suite: debian-security for `trixie-security`, debian for all others."""
    return SECURITY_REPOSITORY if suite.endswith("-security") else MAIN_REPOSITORY


@dataclass(frozen=True)
class LockedPackage:
    """A package file.

    :param path: relative to the root of the repository.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    :param repository: one of REPOSITORIES.
    """

    name: str
    version: str
    architecture: str
    path: str
    size: int
    sha256: str
    repository: str

    @property
    def file_name(self) -> str:
        """Return the last part of the path, unique in a lock: `libc6_2.41-12_amd64.deb`."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class LockInputs:
    """The values that a lock was made from. A lock is stale when its target's fields give other inputs.

    Names are sorted, so that the order in a BUILD file does not matter.
    """

    suites: tuple[str, ...]
    components: tuple[str, ...]
    roots: tuple[str, ...]
    excluded: tuple[str, ...]

    @classmethod
    def of(
        cls, *, suites: tuple[str, ...], components: tuple[str, ...], roots: tuple[str, ...], excluded: tuple[str, ...]
    ) -> LockInputs:
        """Return the inputs with each name once, in order."""
        ordered = (tuple(sorted(set(names))) for names in (suites, components, roots, excluded))
        return cls(*ordered)


@dataclass(frozen=True)
class PlatformPackages:
    """The packages for one platform (`linux/amd64`), sorted by name."""

    platform: str
    packages: tuple[LockedPackage, ...]


@dataclass(frozen=True)
class DebianLock:
    """Inputs, and the packages of each platform that was asked for, sorted by platform.

    :param released: the day of the newest release file that it was made from; empty where that is not known.
    """

    made_from: LockInputs
    platforms: tuple[PlatformPackages, ...]
    released: str = ""

    def packages(self, platform: str) -> tuple[LockedPackage, ...]:
        """Return the packages for a platform, `linux/amd64`, by name. Raise StrataError if the lock lacks it."""
        for entry in self.platforms:
            if entry.platform == platform:
                return entry.packages
        raise lock_lacks_platform(platform, [entry.platform for entry in self.platforms])


def find_package(packages: tuple[LockedPackage, ...], name: str, purpose: str) -> LockedPackage:
    """Return the package of that name. Raise StrataError where there is none.

    :param purpose: of the package, for the error: it "holds the C library".
    """
    for package in packages:
        if package.name == name:
            return package
    raise lock_lacks_package(name, purpose)


def changes(old: tuple[LockedPackage, ...], new: tuple[LockedPackage, ...]) -> list[str]:
    """Return a line for each package that differs, sorted.

    Lines are `libc6 2.41-12 → 2.41-13`, `libxyz 1.0 is new` and `libabc 2.0 is gone`.
    """
    before = {package.name: package.version for package in old}
    after = {package.name: package.version for package in new}
    lines = []
    for name in sorted({*before, *after}):
        if name not in before:
            lines.append(f"{name} {after[name]} is new")
        elif name not in after:
            lines.append(f"{name} {before[name]} is gone")
        elif before[name] != after[name]:
            lines.append(f"{name} {before[name]} → {after[name]}")
    return lines


def debian_lock_text(lock: DebianLock) -> str:
    """Return the text of a lock file, with a newline at its end: one text for equal locks."""
    document = {
        "format": FORMAT,
        "made_from": asdict(lock.made_from),
        **({"released": lock.released} if lock.released else {}),
        "platforms": {
            entry.platform: [asdict(package) for package in sorted(entry.packages, key=lambda package: package.name)]
            for entry in lock.platforms
        },
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
