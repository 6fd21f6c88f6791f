from __future__ import annotations

import logging
from contextlib import ExitStack

import pytest

from pants_strata.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock, caplog: pytest.LogCaptureFixture) -> Progress:
    caplog.set_level(logging.INFO)
    return Progress("Fetched", "files", clock)


def steps(progress: Progress, count: int) -> list[ExitStack]:
    """So many steps that were asked for and have not ended."""
    begun = [ExitStack() for _ in range(count)]
    for step in begun:
        step.enter_context(progress.step())
    return begun


def test_a_short_build_logs_nothing(progress: Progress, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(progress, 30):
        step.close()
    assert caplog.messages == []


def test_a_line_now_and_then(progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(progress, 12):
        clock.now += 2
        step.close()
    assert caplog.messages == [f"Fetched {ended} of 12 files" for ended in (3, 6, 9, 12)]


def test_a_second_build_is_counted_anew(progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for count in (2, 3):
        for step in steps(progress, count):
            clock.now += 5
            step.close()
    assert caplog.messages == [
        "Fetched 1 of 2 files",
        "Fetched 2 of 2 files",
        "Fetched 1 of 3 files",
        "Fetched 2 of 3 files",
        "Fetched 3 of 3 files",
    ]


def test_a_failed_step_has_ended(progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    step = ExitStack()
    step.enter_context(progress.step())
    clock.now += 5
    step.__exit__(ValueError, ValueError(), None)
    assert caplog.messages == ["Fetched 1 of 1 files"]
