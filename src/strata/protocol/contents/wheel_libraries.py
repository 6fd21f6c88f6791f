"""The verb `wheel-libraries` says which shared libraries a wheel has and needs (strata.libraries.wheel)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from strata.protocol import message
from strata.protocol.wheel import Wheel


@dataclass(frozen=True)
class Result(message.Message):
    """The libraries, by the names that the loader knows.

    :param has: those in the wheel, sorted.
    :param needs: the name of a library → the first file in the wheel that needs it.
    """

    has: tuple[str, ...]
    needs: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wheel, and the platform, `linux/amd64`, whose programs and libraries are looked at."""

    verb: ClassVar[str] = "wheel-libraries"

    wheel: Wheel
    platform: str
