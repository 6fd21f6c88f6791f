"""This module knows how standalone builds spell a platform, and what their programs say of it.

Only the builds for glibc and for every processor of an architecture are used: `x86_64_v3` and the like crash on older
processors, and images have no musl.
https://gregoryszorc.com/docs/python-build-standalone/main/running.html
"""

from __future__ import annotations

from dataclasses import dataclass

from strata.errors.standalone import platform_is_unknown


@dataclass(frozen=True)
class StandalonePlatform:
    """A platform in the words of standalone builds.

    :param triple: stands in the name of an archive.
    :param machine: the number of the processor in the header of a program (ELF, e_machine).
    """

    triple: str
    machine: int


OLDEST_GLIBC = (2, 17)
"""The first version of glibc that the builds run with, on both processors."""

C_LIBRARY = ("libc6", "libgcc-s1")
"""Debian's packages with the libraries that builds do not have linked in. glibc loads the second to end threads."""

PLATFORMS = {
    "linux/amd64": StandalonePlatform("x86_64-unknown-linux-gnu", 62),
    "linux/arm64": StandalonePlatform("aarch64-unknown-linux-gnu", 183),
}
"""The platforms of locks, in OCI's spelling."""


def standalone_platform(platform: str) -> StandalonePlatform:
    """Return a platform in the words of standalone builds. Raise StrataError for one that is not supported.

    :param platform: in OCI's spelling, `linux/amd64`.
    """
    if platform not in PLATFORMS:
        raise platform_is_unknown(platform, sorted(PLATFORMS))
    return PLATFORMS[platform]
