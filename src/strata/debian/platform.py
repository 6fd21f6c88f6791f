"""This module knows how Debian spells a platform: its architecture, its directory of libraries, its program loader.

https://wiki.debian.org/Multiarch/Tuples
"""

from __future__ import annotations

from dataclasses import dataclass

from strata.errors.debian import platform_is_unknown


@dataclass(frozen=True)
class DebianPlatform:
    """A platform in Debian's words.

    :param triplet: the name of the library directory below usr/lib.
    :param loader: the name of the dynamic loader's file in that directory.
    """

    architecture: str
    triplet: str
    loader: str


_PLATFORMS = {
    "linux/amd64": DebianPlatform("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "linux/arm64": DebianPlatform("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


def debian_platform(platform: str) -> DebianPlatform:
    """Return Debian's words for a platform. Raise StrataError for one that is not supported.

    :param platform: in OCI's spelling, `linux/amd64`.
    """
    if platform not in _PLATFORMS:
        raise platform_is_unknown(platform, sorted(_PLATFORMS))
    return _PLATFORMS[platform]
