"""This module has the requests and results of interpreters, and of their layers.

An interpreter has two roles, and one target serves both. `Interpreter` is CPython as an image has it: its platform
decides wheels and layers. `BuildInterpreter` is the same CPython for the machines that make the bytes of all
platforms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.environment import EnvironmentName
from pants.engine.fs import Digest

from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.standalone import StandaloneBuild
from strata.oci.platform import Platform
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class InterpreterRequest:
    """The interpreter of a `python_interpreter`, for one platform."""

    address: Address
    platform: Platform


@dataclass(frozen=True)
class Interpreter:
    """CPython as images for `platform` have it. Nothing of it runs in a build.

    `version` is full (3.13.5); `glibc` decides which wheels run; `base` has packages that the layer leaves out.
    `debian` are the packages of CPython down to the C library; of a standalone build, those of the base's C library.
    """

    address: Address
    platform: Platform
    version: str
    glibc: tuple[int, int]
    debian: DebianPackages
    base: Address
    standalone: Optional[StandaloneBuild] = None


@dataclass(frozen=True)
class BuildInterpreterRequest:
    """The interpreter of a `python_interpreter` that runs where bytes are made, whatever platforms images are for."""

    address: Address


@dataclass(frozen=True)
class BuildInterpreter:
    """The Python of every process that makes bytes: `tree` runs where it lies, through its own loader.

    `interpreter` describes it; its platform is that of the machines that make bytes. Where these are the workers of an
    environment, `environment` names it.
    """

    interpreter: Interpreter
    tree: Digest
    environment: Optional[EnvironmentName] = None


@dataclass(frozen=True)
class InterpreterLayerRequest:
    """The layer of an interpreter: its packages less what the base at `base` has."""

    interpreter: Interpreter
    base: Address
    compression: Compression
