"""This module has the requests and results of interpreters, and of their layers."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address
from pants.engine.fs import Digest

from pants_strata.artifacts.debian_packages import DebianPackages
from strata.oci.platform import Platform
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class InterpreterRequest:
    """The interpreter of a `python_interpreter`, for one platform."""

    address: Address
    platform: Platform


@dataclass(frozen=True)
class Interpreter:
    """`tree` runs where it lies through its own loader: the Python of every process that makes bytes.

    `version` is full (3.13.5); `glibc` decides which wheels run; `base` has packages that the layer leaves out.
    """

    address: Address
    platform: Platform
    version: str
    glibc: tuple[int, int]
    tree: Digest
    debian: DebianPackages
    base: Address


@dataclass(frozen=True)
class InterpreterLayerRequest:
    """The layer of an interpreter: its packages less what the base at `base` has."""

    interpreter: Interpreter
    base: Address
    compression: Compression
