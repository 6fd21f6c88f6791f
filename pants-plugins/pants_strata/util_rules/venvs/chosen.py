"""The wheels of a venv: all of a lock, or those that an image needs of it, directly or through others.

Inputs: the lock, wheels, which say what they require. Errors: those of the lock, of fetching and of building.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

from pants.engine.target import Target

from pants_strata.artifacts.venv import LockedVenv
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.util_rules.venvs.sdists import allowed_sdists, with_built_wheels
from pants_strata.util_rules.venvs.wheels import fetch_wheels
from strata.errors import StrataError
from strata.locks.environment import marker_environment
from strata.locks.requirements import LockedRequirement
from strata.plan.needed import reached
from strata.protocol.interpreter import feature_version


async def _obtain(
    target: Target, locked: LockedVenv, requirements: Sequence[LockedRequirement]
) -> tuple[LockedWheel, ...]:
    """Return a wheel for each requirement, fetched or built."""
    interpreter = locked.interpreter
    fetched = await fetch_wheels(
        requirements,
        locked.tags,
        python=feature_version(interpreter.version),
        platform=str(interpreter.platform),
        c_library=locked.c_library,
        where=target.address,
        sdists=allowed_sdists(target),
    )
    return await with_built_wheels(target, fetched, interpreter, locked.installer)


async def _needed(
    target: Target, locked: LockedVenv, roots: Iterable[str], built: Iterable[LockedWheel]
) -> tuple[LockedWheel, ...]:
    """Return the built wheels, and those that they and the roots require, directly or through others.

    Only a wheel itself says what it requires. So each round fetches the wheels that those of the last round require,
    until a round finds none that is new.
    """
    requirements = {requirement.name: requirement for requirement in locked.requirements}
    environment = marker_environment(locked.interpreter.version, locked.interpreter.platform)
    found = {wheel.name: wheel for wheel in built}
    wanted = (*roots, *found)
    known = {*requirements, *found}
    while True:
        requires = {wheel.name: wheel.requires for wheel in found.values()}
        try:
            names = reached(wanted, requires, known, environment)
        except StrataError as error:
            raise error.at(str(target.address)) from None
        new = [requirements[name] for name in sorted(names) if name not in found]
        if not new:
            return tuple(found.values())
        found.update((wheel.name, wheel) for wheel in await _obtain(target, locked, new))


async def choose_wheels(
    target: Target, locked: LockedVenv, roots: Optional[Iterable[str]], built: Sequence[LockedWheel]
) -> tuple[LockedWheel, ...]:
    """Return the built wheels, and what they and `roots` require of the lock of a `python_venv`; None for all of it."""
    if roots is None:
        return (*built, *await _obtain(target, locked, locked.requirements))
    return await _needed(target, locked, roots, built)
