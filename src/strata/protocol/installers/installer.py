"""This module says where an installer lies in a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class SandboxInstaller(Message):
    """An installer tool that is ready to start (strata.installers.prepare).

    :param tool: `pip`, `uv` or `poetry`.
    :param program: the program of uv, or the archive of pip or Poetry; relative to the sandbox.
    """

    tool: str
    program: Path
