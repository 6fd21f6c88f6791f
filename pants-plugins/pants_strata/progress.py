"""Progress in the log, where many small steps would each be a line: `Fetched 12 of 36 files`.

Pants shows the steps that run in its own display, and logs each as it begins and ends where that display is off. For
steps that come by the dozen this is told in one line now and then instead: a build that takes seconds logs nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

_logger = logging.getLogger(__name__)

_INTERVAL = 5.0
"""Seconds between two lines, and before the first one."""


class Progress:
    """Steps of one kind, counted anew once all that were asked for have ended. Rules run in several threads."""

    def __init__(self, verb: str, noun: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._verb = verb
        self._noun = noun
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = self._ended = 0
        self._told_at = 0.0

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step, from the time that it is asked for."""
        with self._lock:
            if self._asked == self._ended:
                self._asked = self._ended = 0
                self._told_at = self._clock()
            self._asked += 1
        try:
            yield
        finally:
            with self._lock:
                self._ended += 1
                if self._clock() - self._told_at >= _INTERVAL:
                    self._told_at = self._clock()
                    _logger.info(f"{self._verb} {self._ended} of {self._asked} {self._noun}")


FETCHED = Progress("Fetched", "files")
LAYERS_WRITTEN = Progress("Wrote", "layers of dependencies")
