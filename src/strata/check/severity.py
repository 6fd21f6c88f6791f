"""This module says how bad a finding is: the levels, and the base score of CVSS 3 behind them.

https://www.first.org/cvss/v3.1/specification-document
"""

from __future__ import annotations

from collections.abc import Mapping
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
        """Return the level of a score from 0 to 10 (section 5 of the specification)."""
        bounds = ((9.0, cls.CRITICAL), (7.0, cls.HIGH), (4.0, cls.MEDIUM), (0.1, cls.LOW))
        return next((level for bound, level in bounds if score >= bound), cls.NONE)


_SCOPES = ("U", "C")
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def cvss3_score(vector: str) -> Optional[float]:
    """Return the base score of a vector, `CVSS:3.1/AV:N/AC:L/…`; None for text that is no vector of version 3.

    Section 7.1 of the specification has the equations, appendix A the rounding.
    """
    prefix, *metrics = vector.strip().split("/")
    values = dict(metric.split(":", 1) for metric in metrics if ":" in metric)
    scope = values.get("S", "")
    if prefix not in ("CVSS:3.0", "CVSS:3.1") or scope not in _SCOPES or values.get("PR") not in _PRIVILEGES[scope]:
        return None
    if any(values.get(name) not in weights for name, weights in _WEIGHTS.items()):
        return None
    weight = {name: weights[values[name]] for name, weights in _WEIGHTS.items()}
    missed = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 6.42 * missed if scope == "U" else 7.52 * (missed - 0.029) - 3.25 * (missed - 0.02) ** 15
    if impact <= 0:
        return 0.0
    privileges = _PRIVILEGES[scope][values["PR"]]
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _round_up(min((impact + exploitability) * (1.0 if scope == "U" else 1.08), 10))


def _round_up(score: float) -> float:
    """Return the smallest number with one decimal that is not below the score, without errors of floating point."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
