"""This module reads ranges of versions as Poetry writes them: PEP 440 specifiers, carets, tildes, wildcards, and `||`.

Source: https://python-poetry.org/docs/dependency-specification/#version-constraints
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from strata.errors import locks as errors

_PART = re.compile(r"(?P<operator>\^|~=|~(?!=)|===|==?|!=|<>|<=|>=|<|>|)\s*v?(?P<version>[^\s,^~=<>!|]+)\s*,?\s*")
_SPELLED = {"": "==", "=": "==", "<>": "!="}


def allows(ranges: str, version: str, where: str) -> bool:
    """Return whether a version, which may be a pre-release, is in a range.

    Raise StrataError for a text that is no range, and for a text that is no version (PEP 440).
    """
    try:
        alternatives = _read(ranges)
    except ValueError:
        raise errors.unreadable(where, "a range of versions", ranges) from None
    try:
        parsed = Version(version)
    except ValueError:
        raise errors.unreadable(where, "a version (PEP 440)", version) from None
    return any(specifiers.contains(parsed, prereleases=True) for specifiers in alternatives)


@lru_cache(maxsize=4096)
def _read(ranges: str) -> tuple[SpecifierSet, ...]:
    return tuple(SpecifierSet(",".join(_specifiers(part.strip()))) for part in re.split(r"\|\|?", ranges))


def _specifiers(part: str) -> list[str]:
    if part in ("", "*"):
        return []
    found: list[str] = []
    position = 0
    while position < len(part):
        match = _PART.match(part, position)
        if not match:
            raise ValueError(part)
        found.append(_specifier(match["operator"], match["version"]))
        position = match.end()
    return found


def _specifier(operator: str, version: str) -> str:
    if operator in ("^", "~"):
        release = Version(version).release
        last = next((index for index, number in enumerate(release) if number), len(release) - 1)
        bumped = last if operator == "^" else min(1, len(release) - 1)
        upper = ".".join(str(number) for number in [*release[:bumped], release[bumped] + 1])
        return f">={version},<{upper}"
    version = re.sub(r"(?i)(\.[x*])+$", ".*", version)
    return f"{_SPELLED.get(operator, operator)}{version}"
