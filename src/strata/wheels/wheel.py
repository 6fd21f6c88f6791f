"""A wheel, as the request of a step names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Wheel:
    """A wheel to install, which was checked against its hash when it was fetched; `path` from the working directory."""

    name: str
    version: str
    path: Path

    @classmethod
    def from_request(cls, fields: Mapping[str, Any]) -> Wheel:
        return cls(fields["name"], fields["version"], Path(fields["path"]))
