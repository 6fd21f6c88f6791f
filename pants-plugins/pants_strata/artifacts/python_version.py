"""This module has the version of CPython that is asked for, and the day that decides whether it is still supported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from strata.protocol.interpreter import feature_version


@dataclass(frozen=True)
class WantedPython:
    """A version of CPython, 3.13 or 3.13.5, and in words where it is written."""

    version: str
    origin: str

    @property
    def feature(self) -> str:
        """Return the feature version, 3.13."""
        return feature_version(self.version)


@dataclass(frozen=True)
class Today:
    """The day of the build. It decides about errors and warnings, and is in no key of a step."""

    day: date
