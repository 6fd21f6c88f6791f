"""This module has what the documents about images on one venv have in common."""

from __future__ import annotations

from dataclasses import dataclass

from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.venv import LockedVenvRequest
from strata.attest.provenance import Material


@dataclass(frozen=True)
class CommonMaterialsRequest:
    """What all images upon a venv were built from, whatever they need of its lock.

    :param has_interpreter: whether the interpreter is a layer of theirs; else the base has it.
    :param has_installed: whether the installer has anything to install.
    """

    venv: LockedVenvRequest
    has_interpreter: bool
    has_installed: bool


@dataclass(frozen=True)
class CommonMaterials:
    """The materials that images have in common.

    :param targets: `base`, `installer`, `interpreter` and `venv`: the address of each.
    :param system: the files of base and interpreter.
    :param rest: the installer's wheels, and the locks.
    """

    targets: FrozenDict[str, str]
    system: tuple[Material, ...]
    rest: tuple[Material, ...]
