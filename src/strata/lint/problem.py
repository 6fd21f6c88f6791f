"""This module is a problem that `strata-lint` reports, and the names of the checks that find one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

END_OF_LIFE = "end-of-life"
INSTALLER_IN_LOCK = "installer-in-lock"
LAYER_BUDGET = "layer-budget"
NOTHING_OF_LOCK = "nothing-of-lock"
SECRET_IN_ENV = "secret-in-env"
UNPINNED_BASE = "unpinned-base"

CHECKS = (END_OF_LIFE, INSTALLER_IN_LOCK, LAYER_BUDGET, NOTHING_OF_LOCK, SECRET_IN_ENV, UNPINNED_BASE)
"""The names by which checks are ignored."""


@dataclass(frozen=True)
class Problem:
    """Something that is seldom meant.

    :param check: one of CHECKS.
    :param happened: one sentence without its full stop.
    :param fix: what to do about it.
    """

    check: str
    happened: str
    fix: str


def to_text(where: str, problems: Iterable[Problem]) -> str:
    """Return the problems of a target, two lines each."""
    return "".join(f"{where}: {each.check}: {each.happened}.\n  Fix: {each.fix}\n" for each in problems)
