"""The verb `build-wheel` builds a wheel of a source distribution (strata.installers.build_wheel)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import UNKNOWN_LICENSE, Bundled, License, Wheel


@dataclass(frozen=True)
class Sdist(message.Message):
    """A source distribution, which was checked against its hash when it was fetched.

    :param name: of the project, in its normal form (PEP 503).
    :param path: of the file, relative to the sandbox.
    """

    name: str
    version: str
    path: Path


@dataclass(frozen=True)
class Result(message.Message):
    """The wheel, which lies in `files/`.

    :param size: in bytes.
    :param requires: the Requires-Dist lines of its metadata.
    :param import_names: what an import has to name to find something in it (strata.wheels.modules).
    :param bundled: the components that it declares.
    :param file_count: the number of files in its archive.
    :param differing: the names of the members that a second build made otherwise.
    """

    name: str
    size: int
    requires: tuple[str, ...]
    import_names: tuple[str, ...]
    differing: tuple[str, ...]
    license: License = UNKNOWN_LICENSE
    bundled: tuple[Bundled, ...] = ()
    file_count: int = 0


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the build.

    :param installer: the front end.
    :param requirements: the wheels that the build needs, the build backend among them.
    """

    verb: ClassVar[str] = "build-wheel"

    interpreter: SandboxInterpreter
    installer: SandboxInstaller
    sdist: Sdist
    requirements: tuple[Wheel, ...]
