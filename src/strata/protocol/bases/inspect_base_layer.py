"""The verb `inspect-base-layer` says what a layer of a base holds (strata.bases.inspect_layer)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Optional

from strata.protocol import message
from strata.protocol.package import InstalledPackage


@dataclass(frozen=True)
class Result(message.Message):
    """The findings in one layer. Paths have no leading slash.

    :param installers: evidence, as JSON values (strata.audit.evidence).
    :param packages: those in dpkg's list; None where the layer has no such file.
    :param listed_packages: those in the files of `status.d`, of which each layer may add some.
    :param c_libraries: the path of a C library → its version, as `2.41`; `musl` for that one.
    :param pythons: the paths of programs that are called as CPython's are, `usr/bin/python3.13`.
    :param python_headers: the path of a header of CPython → the full version that it tells, 3.13.5.
    :param distributions: the path of the metadata of an installed Python project → its name and its version.
    :param systems: the path of an os-release file → the distribution that it names, `debian-13`.
    :param libraries: the paths of files and links that are called as shared libraries are.
    :param cached_libraries: the names in the loader's cache; None where the layer has no such file.
    :param removed: the paths that the layer takes away from those below it.
    """

    installers: tuple[Any, ...]
    packages: Optional[tuple[InstalledPackage, ...]]
    listed_packages: tuple[InstalledPackage, ...]
    c_libraries: Mapping[str, str] = field(hash=False)
    pythons: tuple[str, ...]
    python_headers: Mapping[str, str] = field(hash=False)
    distributions: Mapping[str, tuple[str, ...]] = field(hash=False)
    systems: Mapping[str, str] = field(hash=False)
    libraries: tuple[str, ...]
    cached_libraries: Optional[tuple[str, ...]]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The layer's blob, which is called by the digits of its digest."""

    verb: ClassVar[str] = "inspect-base-layer"

    layer: Path
