"""The verb `fetch-base-layer` fetches one layer of an image in a registry (strata.bases.fetch_layer)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Result(message.Message):
    """The blob lies at `blobs/sha256/HEX`."""

    path: str


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wanted blob, and the repository that has it: `registry.example/team/base`."""

    verb: ClassVar[str] = "fetch-base-layer"

    repository: str
    digest: str
    size: int
