"""This module has the checks of `strata-lint` that need nothing but facts: it reads no file and asks nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Optional

from strata.audit.projects import ALL
from strata.interpreters.support import end_of_life
from strata.lint.problem import (
    END_OF_LIFE,
    INSTALLER_IN_LOCK,
    LAYER_BUDGET,
    NOTHING_OF_LOCK,
    UNPINNED_BASE,
    Problem,
)
from strata.plan.layer_groups import MOST_LAYERS

_NEAR = 0.9
"""The part of the budget from which on an image is near it."""


def near_end_of_life(python: str, origin: str, today: date, days: int) -> Iterator[Problem]:
    """Yield a problem for a version of CPython past its end of life, or at most `days` before it.

    :param python: full or feature.
    :param origin: where the version is written.
    """
    end = end_of_life(python)
    if end is None or (end - today).days > days:
        return
    fixes = f"has had no security fixes since {end}" if today > end else f"gets security fixes until {end} only"
    yield Problem(
        END_OF_LIFE,
        f"CPython {python}, of {origin}, {fixes}",
        "name a newer version there, and lock the wheels for it",
    )


def accidental_installers(locked: Mapping[str, str], declared: Collection[str], lock: str) -> Iterator[Problem]:
    """Yield a problem for each installer of Python packages in a lock that no requirement names.

    :param locked: the names in the lock, normalised, and their versions.
    :param declared: the normalised names of all requirements that the repository declares.
    :param lock: what names the lock: the address of a venv.
    """
    for name in sorted({project.name for project in ALL} & locked.keys() - set(declared)):
        yield Problem(
            INSTALLER_IN_LOCK,
            f"the lock of {lock} has the installer {name} {locked[name]}, which no `python_requirement` names",
            f"lock without it; or declare {name} in a `python_requirement` where the app needs it",
        )


def unpinned_base(base: str, image: str, *, pinned: bool) -> Iterator[Problem]:
    """Yield a problem for an `oci_base` that a tag names, without a lock.

    :param base: its address.
    :param image: its image.
    """
    if not pinned:
        yield Problem(
            UNPINNED_BASE,
            f"the base {base} is {image}, and nothing pins what the tag names",
            f"set `lockfile` in {base} and run `./pants generate-lockfiles --resolve={base}`, or name the image by "
            "its digest",
        )


def is_near(layers: int, budget: int) -> bool:
    """Return whether so many layers of dependencies are near the budget, or use it up."""
    return layers >= _NEAR * budget


def near_budget(layers: int, budget: int) -> Iterator[Problem]:
    """Yield a problem where the dependencies of an image have nearly as many layers as they may have."""
    if is_near(layers, budget):
        yield Problem(
            LAYER_BUDGET,
            f"its dependencies have {layers} layers of the {budget} that they may have: with more wheels, some share a "
            "layer, and an update of one sends the others again",
            f"raise `layer_budget`, up to {MOST_LAYERS}, or `layer_threshold`; or take out wheels that the image does "
            "not need",
        )


def nothing_of_lock(needed: Optional[Collection[str]], locked: Collection[str], lock: str) -> Iterator[Problem]:
    """Yield a problem for an image whose code imports nothing of a lock that has something.

    :param needed: the requirements that the image needs; None for all of the lock.
    :param lock: what names the lock: the address of a venv.
    """
    if needed is not None and not needed and locked:
        yield Problem(
            NOTHING_OF_LOCK,
            f"no import leads from its entry point to one of the {len(locked)} projects in the lock of {lock}",
            "see `./pants dependencies --transitive` of the image for an import that is not found, add what no import "
            'names to `dependencies`; or say `lint_ignore=["nothing-of-lock"]` where the standard library is enough',
        )
