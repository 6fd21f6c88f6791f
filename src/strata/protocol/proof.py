"""The verb `proof` installs wheels and compares every file with them (strata.installers.proof)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import Wheel


@dataclass(frozen=True)
class Result(message.Message):
    """The installer installed the wheels as they are: otherwise the verb ends with an error."""


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wheels to install, the interpreter, and the installer.

    :param machine: that the wheels are for, as their tags call it: `aarch64`. The interpreter may run on another.
    """

    verb: ClassVar[str] = "proof"

    interpreter: SandboxInterpreter
    installer: SandboxInstaller
    machine: str
    wheels: tuple[Wheel, ...]
