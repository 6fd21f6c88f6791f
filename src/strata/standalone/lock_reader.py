"""This module reads the lock of a standalone build and checks every value: people edit locks."""

from __future__ import annotations

import json
import re
from typing import Any

from strata.errors import StrataError
from strata.errors import standalone as errors
from strata.standalone.lock import (
    FORMAT,
    LockedArchive,
    PlatformArchive,
    StandaloneInputs,
    StandaloneLock,
)
from strata.standalone.platform import standalone_platform

_FEATURE = re.compile(r"3\.\d{1,3}")
_VERSION = re.compile(r"3\.\d{1,3}\.\d{1,3}((a|b|rc)\d{1,3})?")
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*\.tar\.gz")
_URL = re.compile(r"\{mirror\}(/[A-Za-z0-9%+_~-][A-Za-z0-9%+._~-]*)+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_standalone_lock(text: str, where: str) -> StandaloneLock:
    """Return the lock of a text. Raise StrataError for every kind of damage.

    :param where: the path of the lock, for errors.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.lock_is_damaged(where, f"no valid JSON: {error}") from None
    fields = _Fields(where, "the file", document)
    version = fields.get("format")
    if version != FORMAT:
        raise errors.lock_has_other_format(where, version, FORMAT)
    inputs = _Fields(where, "made_from", fields.get("made_from"))
    platforms = _Fields(where, "platforms", fields.get("platforms"))
    return StandaloneLock(
        made_from=StandaloneInputs(
            python=inputs.text("python", _FEATURE, "a version of CPython such as 3.12"),
            release=inputs.text("release", _RELEASE, "the tag of a release"),
        ),
        version=fields.text("version", _VERSION, "a version of CPython such as 3.12.13"),
        platforms=tuple(
            _read_platform(where, platform, platforms.get(platform)) for platform in sorted(platforms.values)
        ),
    )


def _read_platform(where: str, platform: str, value: object) -> PlatformArchive:
    try:
        standalone_platform(platform)
    except StrataError as error:
        raise error.at(where) from None
    fields = _Fields(where, platform, value)
    archive = LockedArchive(
        file=fields.text("file", _FILE, "the name of a .tar.gz file"),
        url=fields.text("url", _URL, "a path below {mirror}, without `..`"),
        size=fields.size("size"),
        sha256=fields.text("sha256", _SHA256, "64 lower-case hexadecimal digits"),
    )
    return PlatformArchive(platform, archive)


class _Fields:
    """A JSON object of the lock, read field by field; `entry` names it in errors."""

    def __init__(self, where: str, entry: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise errors.lock_is_damaged(where, f"{entry} is {value!r}, not a JSON object")
        self.where, self.entry, self.values = where, entry, value

    def get(self, field: str) -> Any:
        """Return a value of any type. Raise StrataError where the field is missing."""
        if field not in self.values:
            raise errors.lock_is_damaged(self.where, f"{self.entry} has no field `{field}`")
        return self.values[field]

    def text(self, field: str, pattern: re.Pattern[str], expected: str) -> str:
        """Return a text. Raise StrataError, which says what was `expected`, for another value."""
        value = self.get(field)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self._wrong(field, value, expected)
        return value

    def size(self, field: str) -> int:
        """Return a positive number of bytes. Raise StrataError for another value."""
        value = self.get(field)
        if type(value) is not int or value <= 0:
            raise self._wrong(field, value, "a number of bytes")
        return value

    def _wrong(self, field: str, value: object, expected: str) -> StrataError:
        return errors.lock_is_damaged(self.where, f"{self.entry}: `{field}` is {value!r}, not {expected}")
