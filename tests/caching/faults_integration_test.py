"""A remote cache that misbehaves costs time at most: builds end with the right bytes.

Each fault meets one step that the cache holds and the machine does not have yet: the app layer of one more image.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from support.remote_cache.buildgrid import Relay, RemoteCache
from support.remote_cache.machine import Build, Machine, machine

_HEAD_START_SECONDS = 2
_numbers = count()


@pytest.fixture(scope="module")
def relay(cache: RemoteCache, filled: Build) -> Iterator[Relay]:
    with cache.relay() as opened:
        yield opened


@pytest.fixture(scope="module")
def warm(first: Machine, relay: Relay, workspace: Path) -> Iterator[Machine]:
    """A machine that has all but the app layers; its Pants runs on, since starting it takes longer than a fault."""
    made = machine(workspace / "warm", first.locks)
    assert build(made, relay, "//:venv").executed == 0
    build(made, relay, image(next(_numbers)))
    yield made
    made.stop_daemon()


def build(of: Machine, relay: Relay, target: str) -> Build:
    """The same options for all: the daemon would start anew for others."""
    options = ["--pantsd", f"--strata-remote-cache-head-start-millis={_HEAD_START_SECONDS}000"]
    return of.package(target, options=options, cache=relay, write=True)


def image(number: int) -> str:
    return f"src/app:image{number}"


FAULTS = [
    pytest.param({}, 0, id="none"),
    pytest.param({"gone": True}, 1, id="gone"),
    pytest.param({"methods": ".", "delay": 0.3}, 0, id="slow"),
    pytest.param({"methods": "GetActionResult", "delay": 3600}, 1, id="hangs when asked"),
    pytest.param({"methods": "Read", "delay": 3600}, 1, id="hangs when read"),
    pytest.param({"methods": ".", "restart": [2, 1.0]}, None, id="restarts between answer and content"),
    pytest.param({"methods": ".", "status": "RESOURCE_EXHAUSTED"}, 1, id="refuses everything"),
    pytest.param({"methods": "GetActionResult|Read", "status": "NOT_FOUND"}, 1, id="empty again"),
    pytest.param({"methods": "Read", "status": "NOT_FOUND"}, 1, id="has lost its blobs"),
    pytest.param({"methods": "Read", "damage": True}, 1, id="sends damaged blobs"),
    pytest.param({"methods": ".", "status": "UNAUTHENTICATED"}, 1, id="wants a password"),
]


@pytest.mark.parametrize("fault, executed", FAULTS)
def test_builds_end_with_the_right_bytes(
    fault: dict[str, Any], executed: int, first: Machine, warm: Machine, relay: Relay
) -> None:
    number = next(_numbers)
    relay.fail(**fault)
    ended = build(warm, relay, image(number))
    relay.fail()
    ended.succeeded()
    assert executed in (None, ended.executed)
    assert warm.made(f"src.app/image{number}") == first.made(f"src.app/image{number}") != {}


def test_a_full_cache_is_not_written(warm: Machine, relay: Relay) -> None:
    number = next(_numbers)
    (warm.checkout / f"src/app/app{number}.py").write_text('print("This was edited.")\n')
    relay.fail(methods="Write|Update", status="RESOURCE_EXHAUSTED")
    ended = build(warm, relay, image(number)).succeeded()
    relay.fail()
    assert (ended.executed, ended.counters["remote_cache_write_errors"]) == (1, 1)


def test_the_cache_restarts_under_a_cold_build(first: Machine, relay: Relay, workspace: Path) -> None:
    cold = machine(workspace / "cold", first.locks)
    relay.fail(methods=".", restart=[60, 1.0])
    cold.package(cache=relay).succeeded()
    assert cold.made() == first.made()


def test_deferred_content_is_made_again_when_it_is_asked_for(first: Machine, relay: Relay, workspace: Path) -> None:
    """`defer` and `validate` are a user's choice, and the one way in which a cache can make a build fail."""
    made = machine(workspace / "deferring", first.locks)
    # One daemon for both builds.
    defer = ["--cache-content-behavior=defer", "--pantsd"]
    assert made.package("//:pip", options=defer, cache=relay).succeeded().executed == 0
    relay.fail(gone=True)
    failed = made.package("//:base", options=defer, cache=relay)
    made.stop_daemon()
    assert failed.code != 0
    assert (
        "[GLOBAL].cache_content_behavior is `defer`. If this build ends with `Unavailable` or `Missing digest`, "
        "the remote cache is away or has lost what it had: build again with `--cache-content-behavior=fetch`.\n"
    ) in failed.output
    made.package("//:base", options=["--cache-content-behavior=fetch"], cache=relay).succeeded()
    relay.fail()
    assert made.made("base") == first.made("base") != {}
