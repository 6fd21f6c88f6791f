from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import Optional

import pytest

from pants_strata.progress import Counted, Phase


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phase(clock: Clock, caplog: pytest.LogCaptureFixture) -> Phase:
    caplog.set_level(logging.INFO)
    return Phase("Fetched", "file", clock)


class Asked(ExitStack):
    """A step that was asked for and has not ended."""

    def __init__(self, phase: Phase) -> None:
        super().__init__()
        self.counted: Counted = self.enter_context(phase.step())

    def end(self, *, cached: bool = False, size: int = 0, seconds: Optional[float] = None) -> None:
        self.counted.cached, self.counted.size, self.counted.seconds = cached, size, seconds
        self.close()


def steps(phase: Phase, count: int) -> list[Asked]:
    return [Asked(phase) for _ in range(count)]


def test_a_short_phase_logs_nothing(phase: Phase, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(phase, 30):
        step.end()
    assert caplog.messages == []


def test_one_line_for_a_phase_with_bytes_and_rate(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(phase, 12):
        clock.now += 1
        step.end(size=2_500_000)
    assert caplog.messages == ["Fetched 12 files, 30.0 MB in 12 s (2.5 MB/s)"]


def test_what_was_cached_is_no_part_of_what_was_made(
    phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number, step in enumerate(steps(phase, 3)):
        clock.now += 6
        step.end(cached=number > 0, size=6_000_000)
    assert caplog.messages == ["Fetched 1 file, 6.0 MB in 6 s (1.0 MB/s); 2 cached"]


def test_a_phase_that_was_cached_logs_nothing(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(phase, 2):
        clock.now += 9
        step.end(cached=True, size=1)
    assert caplog.messages == []


def test_a_long_phase_tells_how_far_it_is(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for step in steps(phase, 7):
        clock.now += 10
        step.end()
    assert caplog.messages == [
        "Fetched 3 files in 30 s: 3 of 7 done",
        "Fetched 6 files in 60 s: 6 of 7 done",
        "Fetched 7 files in 70 s",
    ]


def test_a_second_build_is_counted_anew(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for count in (2, 3):
        for step in steps(phase, count):
            clock.now += 5
            step.end()
    assert caplog.messages == ["Fetched 2 files in 10 s", "Fetched 3 files in 15 s"]


def test_a_failed_step_has_ended_and_made_nothing(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    failed, other = steps(phase, 2)
    failed.__exit__(ValueError, ValueError(), None)
    clock.now += 8
    other.end()
    assert caplog.messages == ["Fetched 1 file in 8 s"]


def test_time_that_steps_wait_is_no_part(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Pants has no processor for the second one until its tests are done."""
    first, second = steps(phase, 2)
    clock.now += 4
    first.end(seconds=4)
    clock.now += 683
    second.end(seconds=3)
    assert caplog.messages == ["Fetched 2 files in 7 s"]


def test_steps_that_run_at_once_are_counted_once(phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """From 0 to 4, 2 to 5, 1 to 6, and 10 to 12."""
    times = [(4, 4), (1, 3), (1, 5), (6, 2)]
    for step, (later, seconds) in zip(steps(phase, 4), times):
        clock.now += later
        step.end(seconds=seconds, size=2_000_000)
    assert caplog.messages == ["Fetched 4 files, 8.0 MB in 8 s (1.0 MB/s)"]


def test_a_long_wait_for_cached_steps_logs_nothing(
    phase: Phase, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for step in steps(phase, 3):
        clock.now += 40
        step.end(cached=True)
    assert caplog.messages == []


def test_the_count_is_that_of_all_that_are_asked_for(phase: Phase) -> None:
    first, *_ = steps(phase, 3)
    assert first.counted.count == "1 of 3"
    steps(phase, 1)
    assert first.counted.count == "1 of 4"
