"""This module decides which locked wheels an app needs: it follows the app's requirements through the wheels' metadata.

The lock decides versions. A dependency that is not locked is passed over: it may be for another platform.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from strata.errors import StrataError
from strata.errors import wheels as errors
from strata.locks.requirements import parsed
from strata.locks.wanted import holds

# Versions decide nothing here, and those of old metadata are no longer read by every packaging: `pytz (>dev)`,
# `six (>=1.*)`. No quotation marks, so that a marker is never taken for one.
# No two parts that match spaces follow each other: a line takes no more time than its length.
_IN_PARENTHESES = r"""\([^()"';]*\)\s*"""
_BARE = r"""[<>=!~][^()"';@]*"""
_VERSIONS = re.compile(rf"(?P<name>[^(<>=!~;@]*)({_IN_PARENTHESES}|{_BARE})(?=;|$)")
# What only an extra needs, as most lines say it. To read a whole requirement takes a hundred times as long, and most of
# a wheel's lines are for the tests and the documentation of its project.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_OF_AN_EXTRA = re.compile(
    rf"{_NAME}(\s*\[\s*{_NAME}\s*(,\s*{_NAME}\s*)*\])?(\s*{_IN_PARENTHESES}|\s*{_BARE}|\s*);"
    rf"""\s*extra\s*==\s*(?P<quotation_mark>["'])(?P<extra>{_NAME})(?P=quotation_mark)\s*"""
)


def reached(
    roots: Iterable[str],
    requires: Mapping[str, Sequence[str]],
    locked: Container[str],
    environment: Mapping[str, str],
) -> dict[str, frozenset[str]]:
    """Return the locked projects that requirements lead to: name → the extras that are asked of it.

    Names and extras are in normal form (PEP 503).

    A project that `requires` does not have yet is in the result, and its dependencies are not: the caller gets its
    metadata and calls again, until no name is new.

    Raise StrataError for a dependency that is no requirement (PEP 508).

    :param roots: requirements (PEP 508).
    :param requires: name → the Requires-Dist lines of the wheel of that project.
    :param locked: the names of the projects of the lock; others are passed over.
    :param environment: the value of every PEP 508 marker.
    """
    found: dict[str, set[str]] = {}
    pending = [root for root in map(parsed, roots) if _applies(root, environment, "", str(root))]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name not in locked:
            continue
        asked = found.setdefault(name, set())
        # As pip has it: what a project needs without extras, and what it needs for each.
        new = {"", *(canonicalize_name(extra) for extra in requirement.extras)} - asked
        asked |= new
        pending += (needed for extra in new for needed in _needed(name, requires.get(name, ()), environment, extra))
    return {name: frozenset(found[name] - {""}) for name in sorted(found)}


def required(
    name: str, lines: Sequence[str], environment: Mapping[str, str], extras: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield what a project requires: a name in normal form, and the requirement without its versions.

    Raise StrataError for a dependency that is no requirement (PEP 508).

    :param lines: the Requires-Dist lines of its wheel.
    :param environment: the value of every PEP 508 marker.
    :param extras: the extras that are asked of it, in normal form: what it requires for them comes after the rest.
    """
    for extra in ("", *extras):
        for requirement in _needed(name, lines, environment, extra):
            yield canonicalize_name(requirement.name), str(requirement)


def project_of(requirement: str) -> str:
    """Return the name of the project that a requirement (PEP 508) is of, in normal form."""
    return canonicalize_name(parsed(requirement).name)


def _needed(name: str, lines: Sequence[str], environment: Mapping[str, str], extra: str) -> tuple[Requirement, ...]:
    return _applying(name, tuple(lines), frozenset(environment.items()), extra)


# Each image of a lock, and each requirement of an image, asks the same of the same wheels.
@lru_cache(maxsize=4096)
def _applying(
    name: str, lines: tuple[str, ...], environment: frozenset[tuple[str, str]], extra: str
) -> tuple[Requirement, ...]:
    found, values = [], dict(environment)
    for line in lines:
        only = _OF_AN_EXTRA.fullmatch(line)
        if only and canonicalize_name(only["extra"]) != extra:
            continue
        try:
            requirement = _without_versions(line)
            applies = _applies(requirement, values, extra, name)
        except (InvalidRequirement, RecursionError, SyntaxError, StrataError):
            raise errors.unreadable_dependency(name, line) from None
        if applies:
            found.append(requirement)
    return tuple(found)


def _applies(requirement: Requirement, environment: Mapping[str, str], extra: str, where: str) -> bool:
    return holds(str(requirement.marker or ""), environment, where, frozenset([extra]))


def _without_versions(line: str) -> Requirement:
    versions = _VERSIONS.match(line)
    return parsed(versions["name"] + line[versions.end() :] if versions else line)
