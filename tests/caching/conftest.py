"""What these tests start, once for all of them: a cache, and the machine that fills it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.remote_cache.buildgrid import RemoteCache, remote_cache
from support.remote_cache.machine import Build, Machine, machine, short_folder


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def cache(workspace: Path) -> Iterator[RemoteCache]:
    with remote_cache(workspace / "cache") as running:
        yield running


@pytest.fixture(scope="session")
def first(workspace: Path) -> Machine:
    return machine(workspace / "first")


@pytest.fixture(scope="session")
def filled(first: Machine, cache: RemoteCache) -> Build:
    """The build that filled the cache."""
    with cache.relay() as relay:
        return first.fill(relay)
