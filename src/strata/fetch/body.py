"""This module reads the bodies of answers, and has the errors of those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strata.fetch.url import shown
from strata.pieces import pieces


class Unreachable(Exception):
    """A URL that could not be read; the text says why, without credentials.

    :param status: of HTTP; 0 where no server answered.
    """

    def __init__(self, url: str, reason: str, status: int = 0) -> None:
        super().__init__(f"{shown(url)}: {reason}")
        self.status = status


class TooLarge(Exception):
    """A body with more bytes than are allowed."""


def chunks(response: Any, url: str, limit: int) -> Iterator[bytes]:
    """Yield the body in pieces.

    Raise TooLarge after `limit` bytes, ConnectionError where the connection ended early. CPython 3.9 allocates as many
    bytes as a read asks for, so a page is read in pieces, too.
    """
    size = 0
    for chunk in pieces(response):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"{shown(url)}: more than {limit} bytes")
        yield chunk
    missing = getattr(response, "length", None)  # A file has none.
    if missing:
        raise ConnectionError(f"the connection ended {missing} bytes early")
