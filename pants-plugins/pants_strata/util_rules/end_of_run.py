"""This module has what Pants calls when a run ends, and waits for: it is done before anything else begins."""

from __future__ import annotations

from typing import Callable

from pants.engine.streaming_workunit_handler import WorkunitsCallback


class EndOfRun(WorkunitsCallback):
    """Work for the end of a run."""

    can_finish_async = False

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def __call__(self, *, finished: bool, **_: object) -> None:
        """Do the work, if Pants tells that the run has finished."""
        if finished:
            self._work()
