"""This module knows the releases of Debian: their numbers, their suites, and which CPython each has.

https://wiki.debian.org/DebianReleases and https://packages.debian.org/python3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Release:
    """A release of Debian.

    :param name: the code name, as in suites.
    :param python: the feature version of CPython that it has as `python3`.
    :param pythons: all feature versions that it has, oldest first.
    :param is_stable: whether its packages keep their versions, but for fixes.
    """

    name: str
    number: int
    python: str
    pythons: tuple[str, ...]
    is_stable: bool = True

    def __str__(self) -> str:
        return f"Debian {self.number} ({self.name})"


RELEASES = (
    Release("bullseye", 11, "3.9", ("3.9",)),
    Release("bookworm", 12, "3.11", ("3.11",)),
    Release("trixie", 13, "3.13", ("3.13",)),
    Release("forky", 14, "3.14", ("3.13", "3.14", "3.15"), is_stable=False),  # as of October 2026
)
DEFAULT = "trixie"


def suites(release: str) -> tuple[str, ...]:
    """Return the suites of a release that locks are made from: the release, its updates and its security fixes."""
    return (release, f"{release}-updates", f"{release}-security")


def find_release(name: str) -> Optional[Release]:
    """Return the release of a code name, and None for one that is not in the table, such as `sid`."""
    return next((release for release in RELEASES if release.name == name), None)


def release_of_distro(distro: str) -> str:
    """Return the code name of a release of Debian by its name in package URLs; empty for another distribution."""
    name, _, version = distro.partition("-")
    numbers = {str(release.number): release.name for release in RELEASES}
    return numbers.get(version, version) if name == "debian" else ""


def distro(release: str) -> str:
    """Return a release as package URLs name it: `debian-13` for `trixie`; `debian-sid` for one without a number."""
    known = find_release(release)
    return f"debian-{known.number if known else release}"
