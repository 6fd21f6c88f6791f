"""The verb `fetch-standalone-release` finds one CPython in a release (strata.fetch.standalone_release)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Archive(message.Message):
    """An archive of CPython in the release.

    :param platform: `linux/amd64`.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    """

    platform: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Result(message.Message):
    """The full version of CPython, and its archive for each platform."""

    version: str
    archives: tuple[Archive, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The release, by its tag, and the feature version of CPython, 3.12."""

    verb: ClassVar[str] = "fetch-standalone-release"

    release: str
    python: str
