"""This module says what a venv wants of a project's lock: dependency groups, extras, and the environment it runs in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.utils import canonicalize_name

from strata.errors import locks as errors

_EXTRA = re.compile(
    r"""\bextra\s*(?P<left>==|!=)\s*(["'])(?P<right_name>[^"']*)\2"""
    r"""|(["'])(?P<left_name>[^"']*)\4\s*(?P<right>==|!=)\s*extra\b"""
)


@dataclass(frozen=True)
class Wanted:
    """The wishes of a venv to a lock.

    :param groups: names in normal form (PEP 503), as `extras` (PEP 685).
    :param environment: the value of every marker (PEP 508).
    :param tags: of the wheels that can be installed, best first; empty where the format of the lock asks for none.
    """

    groups: frozenset[str]
    extras: frozenset[str]
    environment: Mapping[str, str]
    tags: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, groups: Iterable[str], extras: Iterable[str], environment: Mapping[str, str], tags: Iterable[str] = ()
    ) -> Wanted:
        """Return the wishes for names that are not in normal form yet."""
        return cls(normalised(groups), normalised(extras), environment, tuple(tags))

    @property
    def python(self) -> str:
        """Return the full version of the interpreter, 3.13.5."""
        return self.environment["python_full_version"]

    def check_known(self, where: str, *, groups: Iterable[str], extras: Iterable[str]) -> None:
        """Raise StrataError for a group or an extra that the project does not have."""
        for kind, names, known in (("group", self.groups, groups), ("extra", self.extras, extras)):
            unknown = names - normalised(known)
            if unknown:
                raise errors.unknown_names(where, kind, unknown, known)

    def applies(self, marker: str, where: str, extras: AbstractSet[str] = frozenset()) -> bool:
        """Return whether a marker holds in the environment where these extras are chosen; an empty marker does."""
        return holds(marker, self.environment, where, extras)


def normalised(names: Iterable[str]) -> frozenset[str]:
    """Return names in their normal form (PEP 503)."""
    return frozenset(canonicalize_name(name) for name in names)


def holds(marker: str, environment: Mapping[str, str], where: str, extras: AbstractSet[str] = frozenset()) -> bool:
    """Return whether a marker (PEP 508) holds in an environment where a set of extras is chosen.

    Raise StrataError for a text that is no marker. In the specification, `extra` has one value at a time. So a
    comparison with the name of a chosen extra is rewritten to one with the empty text, which is the value of `extra`
    here; a comparison with another name is rewritten to one with a text that `extra` never has.
    """
    if not marker:
        return True
    try:
        answered = _EXTRA.sub(lambda match: _answered(match, extras), marker)
        return bool(_parsed(answered).evaluate({**environment, "extra": ""}))
    except (ValueError, UndefinedEnvironmentName, RecursionError, KeyError, SyntaxError):
        # packaging 26 takes a marker that names no variable, and fails to evaluate it (KeyError); 26.0 fails to read a
        # text with a line break in it (SyntaxError).
        raise errors.unreadable(where, "an environment marker (PEP 508)", marker) from None


def _answered(match: re.Match[str], extras: AbstractSet[str]) -> str:
    name = match["right_name"] if match["left"] else match["left_name"]
    return f"extra {match['left'] or match['right']} '{'' if canonicalize_name(name) in extras else '-'}'"


@lru_cache(maxsize=4096)
def _parsed(marker: str) -> Marker:
    return Marker(marker)
