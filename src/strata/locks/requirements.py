"""This module reads hashed requirements files, the lock format that pip, uv and pip-tools share.

Source: https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from strata.errors.package_locks import requirements as errors

_HASH = re.compile(r"--hash[=\s]\s*(\S+)")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")

# Where files come from is the configuration's business, not the lock's; uv and pip-compile can be asked to write
# these lines, so they are passed over rather than refused. An option that changes what is installed is refused.
_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index", "--trusted-host")
# What Strata does anyway.
_WHEEL_OPTIONS = ("--only-binary", "--prefer-binary")
_LOCAL = re.compile(r"(-e|--editable)\b|\.{0,2}/|file:|[^ ;]+\.(whl|tar\.gz|zip)$")


@dataclass(frozen=True)
class LockedRequirement:
    """One project that is pinned to a version and to files of it.

    :param hashes: the sha256 of each file that may be used, in hexadecimal digits.
    :param files: the names of these files; none where the lock names hashes alone.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""
    files: tuple[str, ...] = ()

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Return whether the marker (PEP 508) holds in an environment (strata.locks.environment)."""
        return not self.marker or bool(Marker(self.marker).evaluate(dict(environment)))


def read_requirements(text: str, where: str) -> tuple[LockedRequirement, ...]:
    """Return the requirements of a hashed requirements file, sorted by name.

    Raise StrataError for a requirement without a hash or without an exact version, and for a line that is no
    requirement (PEP 508); options that choose indexes or prefer wheels are passed over.

    :param where: the path of the file, for messages.
    """
    found: dict[tuple[str, str], LockedRequirement] = {}
    for number, line in _logical_lines(text):
        option = re.split(r"[=\s]", line)[0]
        if option in _INDEX_OPTIONS or option in _WHEEL_OPTIONS:
            continue
        requirement = _read_line(line, f"{where}:{number}")
        key = (requirement.name, requirement.marker)
        if key in found:
            raise errors.pinned_twice(f"{where}:{number}", requirement.name)
        found[key] = requirement
    return tuple(found[key] for key in sorted(found))


def select(
    requirements: tuple[LockedRequirement, ...], environment: Mapping[str, str], where: str
) -> tuple[LockedRequirement, ...]:
    """Return the requirements that apply in an environment. Raise StrataError for two versions of a project."""
    chosen: dict[str, LockedRequirement] = {}
    for requirement in requirements:
        try:
            if not requirement.applies(environment):
                continue
        except (UndefinedComparison, UndefinedEnvironmentName, KeyError, RecursionError):
            # KeyError: packaging 26 takes a marker that names no variable, and fails to evaluate it.
            raise errors.unusable_marker(where, requirement.name, requirement.marker) from None
        if requirement.name in chosen:
            raise errors.pinned_twice(where, requirement.name)
        chosen[requirement.name] = requirement
    return tuple(chosen.values())


def _read_line(line: str, where: str) -> LockedRequirement:
    specification = _HASH.sub("", line).strip()
    if _LOCAL.match(specification):
        raise errors.local_project(where, specification)
    if specification.startswith("-"):
        raise errors.unusable_option(where, specification)
    try:
        requirement = parsed(specification)
    except (InvalidRequirement, RecursionError, SyntaxError):
        raise errors.unreadable_line(where, specification) from None
    if requirement.url:
        raise errors.direct_reference(where, requirement.name, specification)
    hashes = _HASH.findall(line)
    if not hashes:
        raise errors.line_without_hash(where, specification)
    for value in hashes:
        if not _SHA256.fullmatch(value):
            raise errors.unusable_hash(where, value)
    pins = [specifier for specifier in requirement.specifier if specifier.operator in ("==", "===")]
    if len(requirement.specifier) != 1 or not pins or pins[0].version.endswith(".*"):
        raise errors.not_pinned(where, specification)
    try:
        version = str(Version(pins[0].version))
    except InvalidVersion:
        raise errors.not_pinned(where, specification) from None
    return LockedRequirement(
        name=canonicalize_name(requirement.name),
        version=version,
        hashes=tuple(sorted({value[len("sha256:") :] for value in hashes})),
        marker=str(requirement.marker or ""),
    )


# To parse one takes up to a third of a millisecond. An edit of a lock leaves most of its lines as they are, and all
# images of a repository name the same projects.
@lru_cache(maxsize=16384)
def parsed(specification: str) -> Requirement:
    """Return the requirement that a text states (PEP 508). Raise what `packaging` does for another text.

    Equal texts share one requirement, so callers must not change it.
    """
    return Requirement(specification)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line, joined with its continuations and without comments, and the number of its first line, from 1."""
    parts: list[str] = []
    start = 1
    for number, line in enumerate(text.splitlines(), 1):
        if not parts:
            start = number
        line = re.sub(r"(^|\s)#.*$", "", line)
        if line.rstrip().endswith("\\"):
            parts.append(line.rstrip()[:-1])
            continue
        joined = " ".join([*parts, line]).strip()
        parts = []
        if joined:
            yield start, joined
    joined = " ".join(parts).strip()
    if joined:
        yield start, joined
