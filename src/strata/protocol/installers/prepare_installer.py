"""The verb `prepare-installer` makes an installer ready to start (strata.installers.prepare)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter

PROGRAMS = {"pip": "pip.zip", "uv": "uv", "poetry": "poetry.zip"}
"""Tool → the name of the file in `installer/` that the verb writes."""


@dataclass(frozen=True)
class Result(message.Message):
    """The file lies in `installer/`, and there is nothing to say of it."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The installer to prepare.

    :param tool: `pip`, `uv` or `poetry`.
    :param wheels: the wheel of the tool, then those of all that it needs; paths relative to the sandbox.
    """

    verb: ClassVar[str] = "prepare-installer"

    interpreter: SandboxInterpreter
    tool: str
    wheels: tuple[Path, ...]
