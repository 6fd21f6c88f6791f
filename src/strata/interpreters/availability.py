"""This module says who has which version of CPython: the one list that errors about a missing version quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from strata.debian.releases import RELEASES
from strata.protocol.interpreter import feature_version
from strata.standalone.shipped import PYTHONS as STANDALONE_PYTHONS


@dataclass(frozen=True)
class Source:
    """A place that CPython comes from.

    :param name: in words: `Debian 12 (bookworm)`.
    :param pythons: the feature versions that it has.
    :param field: what a `python_interpreter` says to have CPython from it.
    """

    name: str
    pythons: tuple[str, ...]
    field: str

    def __str__(self) -> str:
        return f"{self.name} has CPython {', '.join(self.pythons)}"


SOURCES: Sequence[Source] = (
    *(Source(str(release), release.pythons, f'release="{release.name}"') for release in RELEASES),
    Source("python-build-standalone", STANDALONE_PYTHONS, 'provider="standalone"'),
)


def who_has(python: str) -> list[str]:
    """Return the fields with each of which a `python_interpreter` has a version of CPython, full or feature."""
    return [source.field for source in SOURCES if feature_version(python) in source.pythons]
