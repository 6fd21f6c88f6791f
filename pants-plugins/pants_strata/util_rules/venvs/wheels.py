"""Locked wheels, one cached process for each. Key: name, version, hashes, tags that fit; its place is no part.

Errors: those of fetching; a list of all requirements that have only a source distribution.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.fs import Digest

from pants_strata import engine
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.util_rules.fetch import get_fetched_files
from pants_strata.util_rules.venvs.c_library import check_c_library
from strata.errors import StrataError
from strata.errors.builds import only_sdists
from strata.errors.fetch import NoWheelFits, OnlySdist
from strata.locks.c_library import CLibrary
from strata.locks.requirements import LockedRequirement
from strata.protocol import fetch_wheel
from strata.protocol.wheel import Wheel


async def fetch_wheels(
    requirements: Sequence[LockedRequirement],
    tags: tuple[str, ...],
    *,
    python: str,
    platform: str,
    where: Address,
    c_library: Optional[CLibrary] = None,
    sdists: Container[str] = (),
) -> tuple[LockedWheel, ...]:
    """Return a wheel for each requirement, in their order. `python` and `platform` serve messages.

    Raise StrataError for a release whose wheels ask for another C library: before anything is fetched where the lock
    names files, and otherwise once an index has named them, before one is fetched.

    :param c_library: the one that wheels will run with; None for wheels that are chosen without one.
    :param sdists: the names of those for which a source distribution will do.
    :param where: the address in front of errors.
    """
    for requirement in requirements:
        _check(requirement, requirement.files, tags, c_library, sdists, where)
    results = await get_fetched_files(_requests(requirements, tags, python, platform, sdists))
    for requirement, result in zip(requirements, results):
        if isinstance(result.error, NoWheelFits):
            _check(requirement, result.error.found, tags, c_library, sdists, where)
    without_wheel = [
        (f"{requirement.name} {requirement.version}", result.error.found[0])
        for requirement, result in zip(requirements, results)
        if isinstance(result.error, OnlySdist)
    ]
    if without_wheel:
        raise only_sdists(without_wheel, python, platform).at(str(where))
    for result in results:
        if result.error is not None:
            # Pants shows the name of the class, which is for the rules alone.
            told = result.error
            raise StrataError(told.happened, found=told.found, fix=told.fix).at(str(where))
    return tuple(_wheel(requirement, result) for requirement, result in zip(requirements, results))


def _check(
    requirement: LockedRequirement,
    files: Sequence[str],
    tags: tuple[str, ...],
    c_library: Optional[CLibrary],
    sdists: Container[str],
    where: Address,
) -> None:
    """Raise StrataError where all wheels among the files ask for another C library, and nothing else serves."""
    built = requirement.name in sdists and any(not file.endswith(".whl") for file in files)
    if c_library is None or built:
        return
    try:
        check_c_library(f"{requirement.name} {requirement.version}", files, tags, c_library)
    except StrataError as error:
        raise error.at(str(where)) from None


async def offered_imports(
    requirements: Sequence[LockedRequirement], tags: tuple[str, ...], *, python: str, platform: str
) -> dict[str, tuple[str, ...]]:
    """Return what an import has to name to find something in the wheel of each requirement, by its name.

    A requirement without a wheel for the platform offers nothing: an app that needs it has an error of its own.
    """
    results = await get_fetched_files(_requests(requirements, tags, python, platform, ()))
    return {
        requirement.name: result.told.import_names
        for requirement, result in zip(requirements, results)
        if isinstance(result.told, fetch_wheel.Result)
    }


def _requests(
    requirements: Sequence[LockedRequirement],
    tags: tuple[str, ...],
    python: str,
    platform: str,
    sdists: Container[str],
) -> Iterable[FetchRequest]:
    together = " ".join(tags)
    for number, requirement in enumerate(requirements, 1):
        yield FetchRequest(
            fetch_wheel.Request(
                name=requirement.name,
                version=requirement.version,
                hashes=requirement.hashes,
                tags=together,
                python=python,
                platform=platform,
                sdist=requirement.name in sdists,
            ),
            f"Fetch {requirement.name} {requirement.version} ({number} of {len(requirements)})",
        )


def _wheel(requirement: LockedRequirement, result: FetchResult) -> LockedWheel:
    told = result.told
    assert isinstance(told, fetch_wheel.Result)
    return LockedWheel.of((requirement.name, requirement.version), told.name, result.digest, told)


async def merged(wheels: Iterable[LockedWheel]) -> Digest:
    """Return the files of wheels, side by side."""
    return await engine.merge(wheel.digest for wheel in wheels)


async def fetched_hashes(wheels: Iterable[LockedWheel]) -> dict[str, str]:
    """Return the SHA-256 of what was fetched for wheels, by the file: the wheel, or what it was built from."""
    return await engine.file_hashes(await merged(wheel.built_from or wheel for wheel in wheels))


def named(wheels: Iterable[LockedWheel], folder: str) -> tuple[Wheel, ...]:
    """Return wheels as requests of the library name them, whose files lie in a folder."""
    return tuple(Wheel(wheel.name, wheel.version, Path(folder, wheel.file)) for wheel in wheels)
