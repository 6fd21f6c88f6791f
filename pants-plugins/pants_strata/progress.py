"""Progress in the log: one line for each phase of a build, as `Fetched 36 files, 61.2 MB in 9 s (6.8 MB/s)`.

Pants' own display shows the steps that run, with the count that their descriptions have. Where it is off, Pants logs a
line for each step as it begins and one as it ends. So the steps of a phase are for its log of details alone, and are
counted here. A phase that takes longer tells now and then how far it is; one that takes seconds tells nothing.

The time of a phase is the time during which at least one of its processes ran. What a step waited for is no part of
it: a free processor, or the tests that `./pants test` runs before it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable, Optional

_logger = logging.getLogger(__name__)

_SHORTEST = 5.0
"""Seconds from which on a phase is told of."""

_INTERVAL = 30.0
"""Seconds between two lines about a phase that is not done."""


@dataclass
class _Tally:
    """The steps of a phase since it began."""

    asked: int = 0
    ended: int = 0
    made: int = 0
    cached: int = 0
    size: int = 0
    busy: list[tuple[float, float]] = field(default_factory=list)
    """The times from and to which steps ran, in their order, none of which touch."""

    @property
    def seconds(self) -> float:
        """Return how long at least one step ran."""
        return sum(end - begin for begin, end in self.busy)

    def ran(self, begin: float, end: float) -> None:
        """Add the time of a step that ended after all others until now."""
        while self.busy and self.busy[-1][1] >= begin:
            begin = min(begin, self.busy.pop()[0])
        self.busy.append((begin, end))


@dataclass
class Counted:
    """A step of a phase, from the time that it is asked for.

    :param cached: whether a cache had its result; set as it ends, as the others are.
    :param size: in bytes, of what it got from elsewhere.
    :param seconds: that its process took, without waiting; None where nobody knows: the time since it was asked for.
    """

    number: int
    tally: _Tally
    cached: bool = False
    size: int = 0
    seconds: Optional[float] = None

    @property
    def count(self) -> str:
        """Return which one it is of how many that are asked for until now, as `3 of 12`."""
        return f"{self.number} of {self.tally.asked}"


class Phase:
    """Steps of one kind, counted anew once all that were asked for have ended. Rules run in several threads."""

    def __init__(self, verb: str, noun: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._verb = verb
        self._noun = noun
        self._clock = clock
        self._lock = threading.Lock()
        self._tally = _Tally()
        self._told_at = 0.0

    @contextmanager
    def step(self) -> Iterator[Counted]:
        """One step, from the time that it is asked for. A failed one has ended, and was neither made nor cached."""
        asked_at = self._clock()
        with self._lock:
            if self._tally.asked == self._tally.ended:
                self._tally = _Tally()
                self._told_at = asked_at
            self._tally.asked += 1
            step = Counted(self._tally.asked, self._tally)
        failed = True
        try:
            yield step
            failed = False
        finally:
            with self._lock:
                self._tally.ended += 1
                now = self._clock()
                if not failed:
                    self._add(step, asked_at, now)
                self._tell(now)

    def _add(self, step: Counted, asked_at: float, now: float) -> None:
        if step.cached:
            self._tally.cached += 1
        else:
            self._tally.made += 1
            self._tally.size += step.size
            self._tally.ran(asked_at if step.seconds is None else max(asked_at, now - step.seconds), now)

    def _tell(self, now: float) -> None:
        tally = self._tally
        if tally.ended == tally.asked:
            if tally.seconds >= _SHORTEST:
                cached = f"; {tally.cached} cached" if tally.cached else ""
                _logger.info(f"{self._sentence()}{cached}")
        elif tally.made and now - self._told_at >= _INTERVAL:
            self._told_at = now
            _logger.info(f"{self._sentence()}: {tally.ended} of {tally.asked} done")

    def _sentence(self) -> str:
        tally = self._tally
        seconds = tally.seconds
        noun = self._noun if tally.made == 1 else f"{self._noun}s"
        text = f"{self._verb} {tally.made} {noun}"
        if not tally.size:
            return f"{text} in {seconds:.0f} s"
        megabytes = tally.size / 1e6
        return f"{text}, {megabytes:.1f} MB in {seconds:.0f} s ({megabytes / max(seconds, 1e-3):.1f} MB/s)"


FETCHED = Phase("Fetched", "file")
UNPACKED = Phase("Unpacked", "interpreter")
LAYERS = Phase("Wrote", "layer")
INSTALLED = Phase("Proved", "installation")
