"""Another release of Pants makes the same images, with the same keys: STRATA_TEST_PANTS chooses it.

Keys are those of Pants, which from 2.33 on writes them in another form: there a cache of its own serves.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.releases import Release, another
from support.remote_cache.buildgrid import RemoteCache
from support.remote_cache.machine import Build, Machine, machine


@pytest.fixture(scope="module")
def release() -> Release:
    return another()


def other(root: Path, release: Release, first: Machine) -> Machine:
    """A machine that differs from the first one in the Pants that it builds with."""
    environment = {**first.environment, **release.environment}
    return machine(root, first.locks, python=release.python, site=release.site, environment=environment)


def images(built: Machine) -> dict[str, str]:
    """All that was made, but for what says which Pants made it."""
    return {path: digest for path, digest in built.made().items() if not path.endswith("/provenance.json")}


def test_it_is_another_release(release: Release, first: Machine) -> None:
    assert release.version != Release.of(first.python).version


def test_a_cache_filled_under_one_release_serves_another(
    first: Machine, filled: Build, cache: RemoteCache, workspace: Path, release: Release
) -> None:
    second = other(workspace / "served", release, first)
    with cache.relay() as relay:
        if release.has_own_keys:
            other(workspace / "filling", release, first).package(cache=relay, write=True).succeeded()
        build = second.package(cache=relay).succeeded()
    assert build.executed == 0
    assert build.hits == build.asked == filled.asked
    assert images(second) == images(first)


def test_another_release_makes_the_same_images(
    first: Machine, filled: Build, workspace: Path, release: Release
) -> None:
    second = other(workspace / "alone", release, first)
    assert second.package().succeeded().executed == filled.executed
    assert images(second) == images(first)
