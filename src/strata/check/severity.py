"""This module says how bad a finding is: the levels, and the base score of CVSS 3 or 4 behind them.

https://www.first.org/cvss/v3.1/specification-document
https://www.first.org/cvss/v4.0/specification-document
"""

from __future__ import annotations

from enum import IntEnum
from typing import Optional


class Severity(IntEnum):
    """The levels, the least first. Those that nobody rated count as medium: someone has to look at them."""

    NONE = 0
    LOW = 1
    UNKNOWN = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def label(self) -> str:
        """Return the level in lower case, as reports have it."""
        return self.name.lower()

    def reaches(self, threshold: Severity) -> bool:
        """Return whether a finding of this severity is at or above a threshold."""
        return max(self, Severity.MEDIUM if self is Severity.UNKNOWN else self) >= threshold

    @classmethod
    def named(cls, text: str) -> Severity:
        """Return the level that a database names: HIGH, `moderate`, `medium`. UNKNOWN for any other text."""
        name = text.strip().upper()
        name = {"MODERATE": "MEDIUM", "IMPORTANT": "HIGH", "UNIMPORTANT": "LOW", "NEGLIGIBLE": "LOW"}.get(name, name)
        return cls.__members__.get(name, cls.UNKNOWN)

    @classmethod
    def of_score(cls, score: float) -> Severity:
        """Return the level of a score from 0 to 10: both versions have the same bounds."""
        bounds = ((9.0, cls.CRITICAL), (7.0, cls.HIGH), (4.0, cls.MEDIUM), (0.1, cls.LOW))
        return next((level for bound, level in bounds if score >= bound), cls.NONE)


def cvss_score(vector: str) -> Optional[float]:
    """Return the base score of a vector of CVSS 3 or 4; None for text that is none, and for other versions."""
    # A good part of what a start of Pants would take is to import it, and few goals need it.
    from cvss import CVSS3, CVSS4, CVSSError

    kinds = {"CVSS:3.0": CVSS3, "CVSS:3.1": CVSS3, "CVSS:4.0": CVSS4}
    text = vector.strip()
    kind = kinds.get(text.partition("/")[0])
    try:
        return float(kind(text).base_score) if kind else None
    except CVSSError:
        return None
