"""This module ends connections that are too slow: there is a least rate, and a deadline for each URL.

A time-out is of each wait alone, so a server that sends a byte now and then would hold a build for ever.
"""

from __future__ import annotations

import http.client
import io
import ssl
import time
import urllib.request
from functools import cache, partial
from typing import Any, Callable

from strata.fetch import limits


class TooSlow(Exception):
    """A server that sends less than the least rate, or a URL that takes longer than its deadline."""


class Pace:
    """The time and the bytes of one URL, over all of its connections.

    :param timeout: in seconds, of each wait. A server may think so long without being too slow.
    """

    def __init__(self, timeout: float) -> None:
        self._window = max(limits.RATE_WINDOW, 3 * timeout)
        self.begin()

    def begin(self) -> None:
        """Begin another URL."""
        self._began = self._window_began = time.monotonic()
        self._received = 0

    def received(self, count: int) -> None:
        """Count bytes. Raise TooSlow where they came too slowly."""
        now = time.monotonic()
        self._received += count
        if now - self._began > limits.DEADLINE:
            raise TooSlow(f"it took longer than {limits.DEADLINE} seconds")
        if now - self._window_began > self._window:
            if self._received < limits.LEAST_RATE * (now - self._window_began):
                raise TooSlow(f"the server sends less than {limits.LEAST_RATE} bytes a second")
            self._window_began, self._received = now, 0


class _Paced(io.RawIOBase):
    """The bytes of a connection, counted."""

    def __init__(self, stream: Any, pace: Pace) -> None:
        self._stream, self._pace = stream, pace

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there. Raise TooSlow where it comes too slowly."""
        count: int = self._stream.readinto(buffer)
        self._pace.received(count)
        return count

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response of which all that is received is counted: status, headers, lengths of pieces and body."""

    def __init__(self, pace: Pace, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fp: Any = io.BufferedReader(_Paced(self.fp.detach(), pace))


class PacedHTTPHandler(urllib.request.HTTPHandler):
    """Opens `http:` URLs."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Return the response."""
        return self.do_open(partial(_connection, http.client.HTTPConnection, self._pace), req)


class PacedHTTPSHandler(urllib.request.HTTPSHandler):
    """Opens `https:` URLs."""

    def __init__(self, pace: Pace, context: Callable[[], ssl.SSLContext]) -> None:
        """:param context: is called for the first URL: reading certificates takes as long as a start of Python."""
        # HTTPSHandler would read those of the system.
        urllib.request.AbstractHTTPHandler.__init__(self)
        self._pace, self._certificates = pace, cache(context)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Return the response."""
        opened = partial(_connection, http.client.HTTPSConnection, self._pace, context=self._certificates())
        return self.do_open(opened, req)


def _connection(kind: Any, pace: Pace, host: str, **named: Any) -> Any:
    connection = kind(host, **named)
    connection.response_class = partial(_Response, pace)
    return connection
