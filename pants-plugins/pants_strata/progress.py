"""Progress in the log: one line for each phase of a build, as `Fetched 36 files, 61.2 MB in 9 s (6.8 MB/s)`.

Pants' own display shows the steps that run, with the count that their descriptions have. Where it is off, Pants logs a
line for each step as it begins and one as it ends. So the steps of a phase are for its log of details alone, and are
counted here. A phase that takes longer tells now and then how far it is; one that takes seconds tells nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

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


@dataclass
class Counted:
    """A step of a phase, from the time that it is asked for.

    :param cached: whether a cache had its result; set as it ends.
    :param size: in bytes, of what it got from elsewhere; set as it ends.
    """

    number: int
    tally: _Tally
    cached: bool = False
    size: int = 0

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
        self._began_at = self._told_at = 0.0

    @contextmanager
    def step(self) -> Iterator[Counted]:
        """One step, from the time that it is asked for. A failed one has ended, and was neither made nor cached."""
        with self._lock:
            if self._tally.asked == self._tally.ended:
                self._tally = _Tally()
                self._began_at = self._told_at = self._clock()
            self._tally.asked += 1
            step = Counted(self._tally.asked, self._tally)
        failed = True
        try:
            yield step
            failed = False
        finally:
            with self._lock:
                self._tally.ended += 1
                if not failed:
                    self._add(step)
                self._tell()

    def _add(self, step: Counted) -> None:
        if step.cached:
            self._tally.cached += 1
        else:
            self._tally.made += 1
            self._tally.size += step.size

    def _tell(self) -> None:
        now, tally = self._clock(), self._tally
        seconds = now - self._began_at
        if tally.ended == tally.asked:
            if tally.made and seconds >= _SHORTEST:
                cached = f"; {tally.cached} cached" if tally.cached else ""
                _logger.info(f"{self._sentence(seconds)}{cached}")
        elif now - self._told_at >= _INTERVAL:
            self._told_at = now
            _logger.info(f"{self._sentence(seconds)}: {tally.ended} of {tally.asked} done")

    def _sentence(self, seconds: float) -> str:
        tally = self._tally
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
