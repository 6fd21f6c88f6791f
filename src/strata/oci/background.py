"""This module has a second thread for what follows from bytes and nothing waits for, such as digests.

hashlib gives up the interpreter's lock while it hashes, so that another core can inflate and compress meanwhile.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from queue import Queue
    from threading import Thread

    Batches = Queue[Optional[list[tuple["Call", bytes]]]]

Call = Callable[[bytes], object]

# Bytes that are handed over at once: calls cost little beside them, and they stay in the cache of a core.
_BATCH = 1 << 18
# Batches that may wait: enough that neither thread idles, few enough that memory stays small.
_WAITING = 8


class Background:
    """Makes calls in the order in which they are given. When its `with` block has ended, all of them were made.

    A few calls are not worth a thread: they are made at the end of the block.

    The first exception that a call raises comes out of a later `call`, or of the end of the block. It goes before one
    that the block itself raises, since it belongs to earlier bytes: what is reported does not depend on the threads.
    """

    def __init__(self) -> None:
        self._started: Optional[tuple[Thread, Batches]] = None
        self._batch: list[tuple[Call, bytes]] = []
        self._bytes = 0
        self._error: Optional[Exception] = None

    def __enter__(self) -> Background:
        return self

    def call(self, function: Call, data: bytes) -> None:
        """Make the call later, after those that were given before."""
        self._batch.append((function, data))
        # A call without bytes is not for nothing.
        self._bytes += len(data) + 64
        if self._bytes >= _BATCH:
            self._hand_over()
            if self._error is not None:
                raise self._error

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        if self._started is None:
            self._make(self._batch)
        else:
            thread, batches = self._started
            batches.put(self._batch)
            batches.put(None)
            thread.join()
        if self._error is not None and (error is None or isinstance(error, Exception)) and self._error is not error:
            raise self._error from None

    def _hand_over(self) -> None:
        if self._started is None:
            self._started = self._start()
        self._started[1].put(self._batch)
        self._batch, self._bytes = [], 0

    def _start(self) -> tuple[Thread, Batches]:
        # Most layers are small, and dozens of processes start that write one.
        from queue import Queue
        from threading import Thread

        batches: Batches = Queue(_WAITING)
        thread = Thread(target=self._run, args=[batches], daemon=True)
        thread.start()
        return thread, batches

    def _run(self, batches: Batches) -> None:
        while True:
            batch = batches.get()
            if batch is None:
                return
            if self._error is None:
                self._make(batch)

    def _make(self, batch: list[tuple[Call, bytes]]) -> None:
        try:
            for function, data in batch:
                function(data)
        except Exception as error:
            # Raised again in the thread that gives the calls.
            self._error = error
