"""This module knows which versions of CPython get security fixes, and until when.

The dates are those of https://devguide.python.org/versions/ (November 2026), which says only in which month the support
of a version will end: the last day of it counts. The table lets a plan refuse or warn: no date is in a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Optional

from strata.errors import StrataError
from strata.errors import pythons as errors
from strata.protocol.interpreter import feature_version


@dataclass(frozen=True)
class Release:
    """A feature version of CPython, 3.13.

    :param first: the day of its first release.
    :param end: the day of its end of life, after which it gets no security fixes.
    """

    version: str
    first: date
    end: date


RELEASES = (
    Release("3.6", date(2016, 12, 23), date(2021, 12, 23)),
    Release("3.7", date(2018, 6, 27), date(2023, 6, 27)),
    Release("3.8", date(2019, 10, 14), date(2024, 10, 7)),
    Release("3.9", date(2020, 10, 5), date(2025, 10, 31)),
    Release("3.10", date(2021, 10, 4), date(2026, 10, 31)),
    Release("3.11", date(2022, 10, 24), date(2027, 10, 31)),
    Release("3.12", date(2023, 10, 2), date(2028, 10, 31)),
    Release("3.13", date(2024, 10, 7), date(2029, 10, 31)),
    Release("3.14", date(2025, 10, 7), date(2030, 10, 31)),
    Release("3.15", date(2026, 10, 1), date(2031, 10, 31)),
)
"""Sorted by version."""

_BY_VERSION = {release.version: release for release in RELEASES}
_OLDEST, _NEWEST = RELEASES[0], RELEASES[-1]


def check_known(python: str) -> None:
    """Raise StrataError for a version of CPython, full or feature, that is newer than all in the table."""
    if _minor(python) > _minor(_NEWEST.version):
        raise errors.version_unknown(python, _OLDEST.version, _NEWEST.version)


def end_of_life(python: str) -> Optional[date]:
    """Return the last day with security fixes of a version of CPython, full or feature; None where it is not known.

    One that is older than the table has the end of the table's oldest.
    """
    if _minor(python) > _minor(_NEWEST.version):
        return None
    return _BY_VERSION.get(feature_version(python), _OLDEST).end


def past_end_of_life(python: str, origin: str, today: date) -> Optional[StrataError]:
    """Return the error for a version of CPython that gets no security fixes any more; None where it gets them.

    :param python: full or feature, 3.9.2 or 3.9. One that is older than the table has the end of the table's oldest.
    :param origin: where the version is written.
    """
    end = end_of_life(python)
    if end is None or today <= end:
        return None
    supported = [(each.version, each.end.isoformat()) for each in RELEASES if each.first <= today <= each.end]
    return errors.end_of_life(python, end.isoformat(), origin, supported)


def _minor(python: str) -> int:
    return int(python.split(".")[1])
