"""This module describes a layer of a base or of an interpreter that a verb wrote, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strata.protocol.layer import LayerResult
from strata.protocol.message import Message
from strata.protocol.package import InstalledPackage
from strata.protocol.wheel import Bundled


@dataclass(frozen=True)
class Parts(Message):
    """What the parts of a layer say of themselves, for bills of materials.

    :param packages: the Debian packages that the layer lists, sorted by name.
    :param licenses: the names of their licences, sorted, by the name of the package. A package whose copyright file is
        free text, or is not in the layer, has none.
    :param linked: the libraries that are linked into a standalone CPython.
    """

    packages: tuple[InstalledPackage, ...] = ()
    licenses: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    linked: tuple[Bundled, ...] = ()


@dataclass(frozen=True)
class SystemLayerResult(LayerResult):
    """The base of the results of verbs that write a layer of a base or of an interpreter.

    :param libraries: the names of the shared libraries that the loader finds in it, sorted (strata.libraries.loader).
    """

    libraries: tuple[str, ...]
    parts: Parts
