"""This module reads the lock of Debian packages (strata.debian.lock) and checks every value: people edit locks."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, Callable

from strata.debian.lock import FORMAT, REPOSITORIES, DebianLock, LockedPackage, LockInputs, PlatformPackages
from strata.debian.platform import debian_platform
from strata.errors import StrataError
from strata.errors.debian import (
    lock_field_is_wrong,
    lock_has_duplicate,
    lock_has_other_format,
    lock_is_not_json,
    lock_lacks_field,
)

# https://www.debian.org/doc/debian-policy/ch-controlfields.html#s-f-source and #version
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+:~-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH_PART = re.compile(r"[A-Za-z0-9+_.~-]+")


def read_debian_lock(text: str, where: str) -> DebianLock:
    """Return the lock of a text. Raise StrataError for every kind of damage.

    :param where: the path of the lock, for errors.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise lock_is_not_json(where, str(error)) from None
    fields = _Fields(where, "the lock", document)
    version = fields.get("format")
    if version != FORMAT:
        raise lock_has_other_format(where, version, FORMAT)
    inputs = _Fields(where, "made_from", fields.get("made_from"))
    made_from = LockInputs.of(
        suites=inputs.names("suites"),
        components=inputs.names("components"),
        roots=inputs.names("roots"),
        excluded=inputs.names("excluded"),
    )
    platforms = _Fields(where, "platforms", fields.get("platforms"))
    return DebianLock(
        made_from,
        tuple(_read_platform(where, platform, platforms.get(platform)) for platform in sorted(platforms.values)),
        fields.text("released", "a day like 2026-11-15", _is_day) if "released" in fields.values else "",
    )


def _read_platform(where: str, platform: str, value: object) -> PlatformPackages:
    try:
        architectures = (debian_platform(platform).architecture, "all")
    except StrataError as error:
        raise error.at(where) from None
    if not isinstance(value, list):
        raise lock_field_is_wrong(where, "platforms", platform, value, "a list of packages")
    packages: dict[str, LockedPackage] = {}
    for position, entry in enumerate(value, 1):
        package = _read_package(_Fields(where, f"package {position} of {platform}", entry), architectures)
        if package.name in packages:
            raise lock_has_duplicate(where, platform, package.name)
        packages[package.name] = package
    return PlatformPackages(platform, tuple(packages[name] for name in sorted(packages)))


def _read_package(fields: _Fields, architectures: tuple[str, ...]) -> LockedPackage:
    return LockedPackage(
        name=fields.text("name", "the name of a package", _matches(_NAME)),
        version=fields.text("version", "a version of a package", _matches(_VERSION)),
        architecture=fields.text("architecture", " or ".join(architectures), architectures.__contains__),
        path=fields.text("path", "a relative path to a .deb file, without `..`", _is_pool_path),
        size=fields.size("size"),
        sha256=fields.text("sha256", "64 lower-case hexadecimal digits", _matches(_SHA256)),
        repository=fields.text("repository", f"one of {', '.join(REPOSITORIES)}", REPOSITORIES.__contains__),
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _is_pool_path(text: str) -> bool:
    parts = text.split("/")
    safe = all(_PATH_PART.fullmatch(part) and part not in (".", "..") for part in parts)
    return safe and text.endswith(".deb")


class _Fields:
    """A JSON object of the lock, read field by field; `entry` names it in errors."""

    def __init__(self, where: str, entry: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise lock_field_is_wrong(where, "the file", entry, value, "a JSON object")
        self.where, self.entry, self.values = where, entry, value

    def get(self, field: str) -> Any:
        """Return a value of any type. Raise StrataError where the field is missing."""
        if field not in self.values:
            raise lock_lacks_field(self.where, self.entry, field)
        return self.values[field]

    def text(self, field: str, expected: str, is_valid: Callable[[str], bool]) -> str:
        """Return a text. Raise StrataError, which says what was `expected`, for another value."""
        value = self.get(field)
        if not isinstance(value, str) or not is_valid(value):
            raise lock_field_is_wrong(self.where, self.entry, field, value, expected)
        return value

    def size(self, field: str) -> int:
        """Return a positive number of bytes. Raise StrataError for another value."""
        value = self.get(field)
        if type(value) is not int or value <= 0:
            raise lock_field_is_wrong(self.where, self.entry, field, value, "a number of bytes")
        return value

    def names(self, field: str) -> tuple[str, ...]:
        """Return a list of names. Raise StrataError for another value."""
        value = self.get(field)
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise lock_field_is_wrong(self.where, self.entry, field, value, "a list of names")
        return tuple(value)
