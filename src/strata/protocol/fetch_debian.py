"""The verb `fetch-debian` fetches one locked Debian package from the user's mirror (strata.fetch.debian)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Result(message.Message):
    """The file, which lies in `files/` under the last part of its path in the pool."""

    name: str


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wanted package; its name and version serve messages.

    :param repository: `debian` or `debian-security`.
    :param path: in the pool of that repository.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    """

    verb: ClassVar[str] = "fetch-debian"

    name: str
    version: str
    repository: str
    path: str
    size: int
    sha256: str
