"""The verb `fetch-debian-index` fetches the package indexes of suites (strata.fetch.debian_index)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Index(message.Message):
    """A package index, uncompressed, which lies in `indexes/`.

    :param repository: that of the suite, `debian` or `debian-security`.
    """

    file: str
    repository: str


@dataclass(frozen=True)
class Result(message.Message):
    """The indexes, in the order of suites, components and architectures in the request.

    :param released: the day, `2026-11-15`, of the newest of the release files that list them.
    """

    indexes: tuple[Index, ...]
    released: str


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The suites, of which the index of each component and architecture is wanted."""

    verb: ClassVar[str] = "fetch-debian-index"

    suites: tuple[str, ...]
    components: tuple[str, ...]
    architectures: tuple[str, ...]
