"""This module has the lock of a standalone build of CPython: one archive for each platform.

It is a JSON file, sorted and with one value a line, so that a renewal shows exactly what changed:

    {"format": 1,
     "made_from": {"python": "3.12", "release": "20260414"},
     "platforms": {"linux/amd64": {"file": "cpython-3.12.13+20260414-….tar.gz", "sha256": "…", "size": 33000000,
                                   "url": "{mirror}/20260414/cpython-3.12.13%2B20260414-….tar.gz"}},
     "version": "3.12.13"}

It names no host: `url` is a template, and the user's own option fills in `{mirror}`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from urllib.parse import quote

from strata.errors.standalone import lock_lacks_platform

FORMAT = 1

MIRROR = "{mirror}"
"""Stands in a URL template for the place that the user's option names."""


@dataclass(frozen=True)
class LockedArchive:
    """An archive of CPython.

    :param url: a template that begins with MIRROR.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    """

    file: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StandaloneInputs:
    """The values that a lock was made from. A lock is stale when its target and the options give others.

    :param python: the feature version, 3.12.
    :param release: the tag of the release of standalone builds, 20260414.
    """

    python: str
    release: str


@dataclass(frozen=True)
class PlatformArchive:
    """The archive for one platform, `linux/amd64`."""

    platform: str
    archive: LockedArchive


@dataclass(frozen=True)
class StandaloneLock:
    """Inputs, the full version of CPython (3.12.13), and the archive of each platform, sorted by platform."""

    made_from: StandaloneInputs
    version: str
    platforms: tuple[PlatformArchive, ...]

    def archive(self, platform: str) -> LockedArchive:
        """Return the archive for a platform, `linux/amd64`. Raise StrataError if the lock lacks it."""
        for entry in self.platforms:
            if entry.platform == platform:
                return entry.archive
        raise lock_lacks_platform(platform, [entry.platform for entry in self.platforms])


def archive_url(release: str, file: str) -> str:
    """Return the URL template of an archive, as releases have it: the `+` of the name is escaped."""
    return f"{MIRROR}/{release}/{quote(file)}"


def standalone_lock_text(lock: StandaloneLock) -> str:
    """Return the text of a lock file, with a newline at its end: one text for equal locks."""
    document = {
        "format": FORMAT,
        "made_from": asdict(lock.made_from),
        "platforms": {entry.platform: asdict(entry.archive) for entry in lock.platforms},
        "version": lock.version,
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
