"""This module says where an installer lies in a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class SandboxInstaller(Message):
    """An installer tool as wheels.

    :param tool: `pip`, `uv` or `poetry`.
    :param wheels: the wheel of the tool, then those of what it needs; paths relative to the sandbox.
    """

    tool: str
    wheels: tuple[Path, ...]
