"""The verb `lock-installer` locks an installer with all that it needs (strata.installers.installer_lock)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Result(message.Message):
    """The lock lies at `locks/installer.lock`, and there is nothing to say of it."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The installer to lock.

    :param requirement: `poetry==2.4.3`, or `poetry` for the newest.
    :param python: the feature version of the interpreter that the tool will run on, 3.13.
    :param uv: the wheel of uv, which resolves; relative to the sandbox.
    """

    verb: ClassVar[str] = "lock-installer"

    requirement: str
    python: str
    uv: Path
