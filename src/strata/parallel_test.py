from __future__ import annotations

from threading import Barrier, Event, current_thread, main_thread

import pytest

from strata.parallel import for_each


def test_results_are_in_order() -> None:
    assert for_each(lambda number: number * 2, range(100), jobs=4) == list(range(0, 200, 2))
    assert for_each(lambda number: number, iter([]), jobs=4) == []


def test_as_many_at_a_time_as_there_are_jobs() -> None:
    meeting = Barrier(3, timeout=20)
    assert len(for_each(lambda _: meeting.wait(), range(3), jobs=3)) == 3


def test_one_job_is_the_calling_thread() -> None:
    assert set(for_each(lambda _: current_thread(), range(3), jobs=1)) == {main_thread()}
    assert for_each(lambda _: current_thread(), ["alone"], jobs=4) == [main_thread()]


def test_after_an_error_nothing_new_begins() -> None:
    begun, failed = [], Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            failed.set()
            raise ValueError("one")
        if number == 0:
            assert failed.wait(20)

    with pytest.raises(ValueError, match="one"):
        for_each(work, range(100), jobs=2)
    assert sorted(begun) == [0, 1]


def test_the_error_of_the_first_item() -> None:
    both = Barrier(2, timeout=20)

    def work(name: str) -> None:
        both.wait()
        raise ValueError(name)

    with pytest.raises(ValueError, match="first"):
        for_each(work, ["first", "second"], jobs=2)


def test_an_interrupt_ends_it() -> None:
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        for_each(work, range(10), jobs=1)
    assert begun == [0]
