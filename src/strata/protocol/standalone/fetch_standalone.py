"""The verb `fetch-standalone` fetches one locked standalone build from the user's mirror (strata.fetch.standalone)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Result(message.Message):
    """The archive, which lies in `files/` under its own name."""

    name: str


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wanted archive.

    :param url: a template that begins with `{mirror}`.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    """

    verb: ClassVar[str] = "fetch-standalone"

    file: str
    url: str
    size: int
    sha256: str
