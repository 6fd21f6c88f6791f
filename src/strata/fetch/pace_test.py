from __future__ import annotations

from collections.abc import Iterator

import pytest

from strata.fetch import limits
from strata.fetch.body import Unreachable
from strata.fetch.client import Client
from strata.fetch.pace import Pace, TooSlow
from support.servers.index_server import Answer, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which the test sets."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_least_rate(clock: list[float]) -> None:
    pace = Pace(timeout=15)
    pace.received(100)
    clock[0] = 61
    with pytest.raises(TooSlow, match="the server sends less than 1024 bytes a second"):
        pace.received(1000)


def test_server_that_thinks_for_as_long_as_the_time_out(clock: list[float]) -> None:
    pace = Pace(timeout=100)
    clock[0] = 99
    pace.received(200)
    clock[0] = 198
    pace.received(10)


def test_each_window_counts_anew(clock: list[float]) -> None:
    pace = Pace(timeout=1)
    clock[0] = 61
    pace.received(1 << 20)
    clock[0] = 122
    with pytest.raises(TooSlow):
        pace.received(10)


def test_deadline(clock: list[float]) -> None:
    pace = Pace(timeout=1)
    clock[0] = limits.DEADLINE + 1
    with pytest.raises(TooSlow, match="it took longer than 14400 seconds"):
        pace.received(1 << 40)
    pace.begin()
    pace.received(1)


@pytest.mark.parametrize("path", ["/drip", "/pieces"])
def test_server_that_drips(server: Server, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """No byte is late by itself, and the first attempt is the last."""
    monkeypatch.setattr(limits, "RATE_WINDOW", 0.3)
    server.serve("/drip", Answer(b"x" * 1000, pause=0.05))
    server.serve(
        "/pieces", Answer(b"1\r\nx\r\n" * 200, announced=None, headers={"Transfer-Encoding": "chunked"}, pause=0.05)
    )
    with pytest.raises(Unreachable) as caught:
        Client(timeout=0.1).get(f"{server.url}{path}", limit=10_000)
    assert server.without_address(str(caught.value)) == (
        f"https://index.example{path}: the server sends less than 1024 bytes a second"
    )
    assert len(server.requests) == 1
