"""This module evaluates the markers of a standard lock, which may ask for extras and groups: `'http' in extras`.

Source: PEP 751; https://packaging.python.org/en/latest/specifications/dependency-specifiers/. Releases of packaging
before 25 do not know `extras` and `dependency_groups`, so these comparisons are answered before it parses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from packaging.utils import canonicalize_name

from strata.locks.wanted import Wanted

_MEMBERSHIP = re.compile(r"""(["'])(?P<name>[^"']*)\1\s+(?P<negated>not\s+)?in\s+(?P<set>extras|dependency_groups)\b""")


def applies(marker: str, where: str, wanted: Wanted, groups: AbstractSet[str]) -> bool:
    """Return whether a marker holds where the wanted extras and these groups are chosen.

    Raise StrataError for a text that is no marker.
    """
    chosen = {"extras": wanted.extras, "dependency_groups": groups}

    def answered(match: re.Match[str]) -> str:
        holds = (canonicalize_name(match["name"]) in chosen[match["set"]]) != bool(match["negated"])
        # `os_name` has one value in every image.
        return f"os_name {'==' if holds else '!='} '{wanted.environment['os_name']}'"

    return wanted.applies(_MEMBERSHIP.sub(answered, marker), where)
