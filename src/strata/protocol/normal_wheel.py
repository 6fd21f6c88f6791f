"""The verb `normal-wheel` writes a wheel that Pants built in its normal form (strata.wheels.normal_wheel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import UNKNOWN_LICENSE, Bundled, License, Wheel


@dataclass(frozen=True)
class Result(message.Message):
    """The wheel, which lies in `files/` under the name that it had.

    :param size: in bytes.
    :param requires: the Requires-Dist lines of its metadata.
    :param import_names: what an import has to name to find something in it (strata.wheels.modules).
    :param bundled: the components that it declares.
    :param file_count: the number of files in its archive.
    :param files: the paths of what it installs, relative to site-packages, sorted; scripts are left out.
    """

    size: int
    requires: tuple[str, ...]
    import_names: tuple[str, ...]
    files: tuple[str, ...]
    license: License = UNKNOWN_LICENSE
    bundled: tuple[Bundled, ...] = ()
    file_count: int = 0


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wheel as it was built, and the interpreter that it is for."""

    verb: ClassVar[str] = "normal-wheel"

    interpreter: SandboxInterpreter
    wheel: Wheel
