"""Locked wheels, one cached process for each. Key: name, version, hashes, tags that fit; its place is no part.

Errors: those of fetching; a list of all requirements that have only a source distribution.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from pants.engine.fs import Digest

from pants_strata import engine
from pants_strata.artifacts import FetchRequest, FetchResult, Wheel
from pants_strata.library_process import canonical
from strata.errors.fetch import OnlySdist
from strata.errors.sdists import only_sdists
from strata.locks.requirements import LockedRequirement


async def fetch_wheels(
    requirements: Sequence[LockedRequirement],
    tags: tuple[str, ...],
    *,
    python: str,
    platform: str,
    where: str,
    sdists: Container[str] = (),
) -> tuple[Wheel, ...]:
    """A wheel for each, in their order. `python` and `platform` serve messages; errors carry the address `where`.

    :param sdists: the names of those for which a source distribution will do.
    """
    results = await engine.fetch_all(
        FetchRequest(
            "fetch-wheel",
            canonical(
                {
                    "name": requirement.name,
                    "version": requirement.version,
                    "hashes": requirement.hashes,
                    "tags": tags,
                    "python": python,
                    "platform": platform,
                    "sdist": requirement.name in sdists,
                }
            ),
            f"Fetch {requirement.name} {requirement.version} ({number} of {len(requirements)})",
        )
        for number, requirement in enumerate(requirements, 1)
    )
    without_wheel = [
        (f"{requirement.name} {requirement.version}", result.error.found[0])
        for requirement, result in zip(requirements, results)
        if isinstance(result.error, OnlySdist)
    ]
    if without_wheel:
        raise only_sdists(without_wheel, python, platform).at(where)
    for result in results:
        if result.error is not None:
            raise result.error.at(where)
    return tuple(_wheel(requirement, result) for requirement, result in zip(requirements, results))


def _wheel(requirement: LockedRequirement, result: FetchResult) -> Wheel:
    size, requires = result.told["size"], tuple(result.told["requires"])
    return Wheel(requirement.name, requirement.version, result.name, size, requires, result.digest)


async def merged(wheels: Iterable[Wheel]) -> Digest:
    """The files of wheels, side by side."""
    return await engine.merge(wheel.digest for wheel in wheels)


def named(wheels: Iterable[Wheel], folder: str) -> list[dict[str, str]]:
    """How a request of the library names wheels whose files lie in a folder."""
    return [{"name": wheel.name, "version": wheel.version, "path": f"{folder}/{wheel.file}"} for wheel in wheels]
