"""This module has the requests and results of venvs: their locks, their layers, the proof of their installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pants.engine.addresses import Address

from pants_strata.artifacts.installer import Installer, InstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest, Interpreter
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.wheel import LockedWheel
from strata.errors import StrataError
from strata.locks.c_library import CLibrary
from strata.locks.requirements import LockedRequirement
from strata.oci.platform import Platform
from strata.plan.libraries import NativeWheel
from strata.plan.policy import Notices
from strata.protocol.dependencies_layer import Bytecode, Distribution
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class LockedVenvRequest:
    """The lock of a `python_venv`, for one platform, as an image on a base and an interpreter has it."""

    address: Address
    platform: Platform
    base: Address
    interpreter: Address


@dataclass(frozen=True)
class LockedVenv:
    """A `python_venv` as its lock has it: what installs on the platform, on which interpreter and with which tool.

    `tags` are those of the wheels that the interpreter and the `c_library` take, best first.
    """

    interpreter: Interpreter
    installer: InstallerRequest
    requirements: tuple[LockedRequirement, ...]
    c_library: CLibrary
    tags: tuple[str, ...]


@dataclass(frozen=True)
class VenvRequest:
    """The venv of an app: what `roots` require, as PEP 508 requirements, of a lock; None is all of the lock.

    `built` are the wheels of first-party distributions: all are installed, with what they require of the lock.
    `program` is the path of CPython in the image; empty for that of the `python_interpreter`.
    """

    lock: LockedVenvRequest
    roots: tuple[str, ...] | None
    bytecode: Bytecode
    compression: Compression
    built: tuple[LockedWheel, ...] = ()
    program: str = ""


@dataclass(frozen=True)
class DependenciesLayerRequest:
    """The layer of some wheels, mostly one; `venv` is for messages."""

    venv: Address
    interpreter: BuildInterpreterRequest
    wheels: tuple[LockedWheel, ...]
    bytecode: Bytecode
    compression: Compression


@dataclass(frozen=True)
class DependenciesLayer:
    """`distributions` tells what each wheel installs, by its name."""

    layer: ArtifactLayer
    distributions: Mapping[str, Distribution] = field(hash=False)


@dataclass(frozen=True)
class ProofRequest:
    """Wheels of a venv, of which its installer is to prove that their layers hold what it installs."""

    venv: LockedVenvRequest
    wheels: tuple[LockedWheel, ...]


@dataclass(frozen=True)
class Proof:
    """What the installer made of the wheels.

    :param installer: the build inputs of the venv name it.
    :param failure: None if it installed each wheel as it is. A value, so that it is raised where no layer failed: the
        error of the layer says more about a broken wheel.
    """

    installer: Installer
    failure: StrataError | None = None


@dataclass(frozen=True)
class VenvLayerRequest:
    """The venv itself, without what is installed; `program` is that of the VenvRequest."""

    interpreter: BuildInterpreterRequest
    compression: Compression
    program: str = ""


@dataclass(frozen=True)
class VenvLayer:
    """`standard_library` are the top-level modules of the interpreter."""

    layer: ArtifactLayer
    standard_library: frozenset[str]


@dataclass(frozen=True)
class VenvParts:
    """What makes a Venv: its wheels, a layer for each group of them, the layer of the venv itself, and the proofs."""

    wheels: tuple[LockedWheel, ...]
    layers: tuple[DependenciesLayer, ...]
    venv_layer: VenvLayer
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Venv:
    """What an entry point can name stands beside the layers: importable modules, and the commands in bin.

    `wheels` are installed in it, those of first-party distributions included; `libraries` are those of the wheels with
    machine code.
    """

    layers: tuple[ArtifactLayer, ...]
    modules: frozenset[str]
    scripts: frozenset[str]
    standard_library: frozenset[str]
    wheels: tuple[LockedWheel, ...] = ()
    libraries: tuple[NativeWheel, ...] = ()
    notices: Notices = field(default_factory=Notices)
