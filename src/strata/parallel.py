"""This module does the same work for several items at a time, in threads.

`concurrent.futures` does, too; its import takes longer than a small push waits for its threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from threading import Thread
from typing import Callable, TypeVar

S = TypeVar("S")
T = TypeVar("T")


def for_each(work: Callable[[S], T], items: Iterable[S], jobs: int) -> list[T]:
    """Return what some work gives for each item, in their order. The calling thread is one of the `jobs` threads.

    After an error no further item is begun; work under way goes on to its end. Raise the error of the first item that
    has one.
    """
    waiting = deque(enumerate(items))
    results: list[T] = [None] * len(waiting)  # type: ignore[list-item]
    failures: dict[int, BaseException] = {}

    def run() -> None:
        while not failures:
            try:
                number, item = waiting.popleft()
            except IndexError:
                return
            try:
                results[number] = work(item)
            except BaseException as error:
                failures[number] = error

    threads = [Thread(target=run) for _ in range(min(jobs, len(waiting)) - 1)]
    try:
        for thread in threads:
            thread.start()
        run()
        for thread in threads:
            thread.join()
    finally:
        # Where a user interrupts the wait.
        waiting.clear()
    if failures:
        raise failures[min(failures)]
    return results
