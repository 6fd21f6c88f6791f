"""This module puts the findings in the layers of a base together, as a container sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.protocol.bases.inspect_base_layer import Result

_STATUS = "var/lib/dpkg/status"
_LISTS = "var/lib/dpkg/status.d/"
_UPSTREAM = re.compile(r"(?:\d+:)?(\d+\.\d+(?:\.\d+)?)")
# Where several Pythons are, the first is the one that PATH finds.
_DIRECTORIES = ("usr/local/bin/", "usr/bin/")


@dataclass(frozen=True)
class Findings:
    """What a base holds. Paths have no leading slash.

    :param installers: for each layer, the lowest first, the evidence of installers, as JSON values.
    :param packages: name → version of Debian packages; empty for a base that has no list of them.
    :param c_libraries: path → version, as `2.41`; `musl` for that one.
    :param pythons: the path of a program of CPython → its version, as full as it is known.
    """

    installers: tuple[tuple[Any, ...], ...]
    packages: Mapping[str, str] = field(hash=False)
    c_libraries: Mapping[str, str] = field(hash=False)
    pythons: Mapping[str, str] = field(hash=False)

    @property
    def glibc(self) -> Optional[tuple[int, int]]:
        """Return the version of the GNU C library, (2, 41); None where the base has none."""
        versions = [self.packages["libc6"]] if "libc6" in self.packages else []
        versions += [version for version in self.c_libraries.values() if version != "musl"]
        match = _UPSTREAM.match(versions[0]) if versions else None
        if match is None:
            return None
        major, minor = match[1].split(".")[:2]
        return int(major), int(minor)

    def python(self, feature: str) -> Optional[str]:
        """Return the path of CPython of a feature version, 3.13: of several, the first on PATH; None without one."""
        fitting = [path for path in self.pythons if path.endswith(f"bin/python{feature}")]
        return min(fitting, key=_rank) if fitting else None


def combine(layers: Sequence[Result]) -> Findings:
    """Return the findings of all layers, the lowest first: later ones replace, add and remove."""
    packages: Mapping[str, str] = {}
    listed: dict[str, str] = {}
    c_libraries: dict[str, str] = {}
    pythons: dict[str, str] = {}
    headers: dict[str, str] = {}
    for layer in layers:
        if _hides(layer.removed, _STATUS):
            packages = {}
        if _hides(layer.removed, f"{_LISTS}any"):
            listed.clear()
        for found in (c_libraries, pythons, headers):
            for path in [path for path in found if _hides(layer.removed, path)]:
                del found[path]
        packages = packages if layer.packages is None else layer.packages
        listed.update(layer.listed_packages)
        c_libraries.update(layer.c_libraries)
        pythons.update(dict.fromkeys(layer.pythons, ""))
        headers.update(layer.python_headers)
    every = {**listed, **packages}
    return Findings(
        tuple(layer.installers for layer in layers),
        dict(sorted(every.items())),
        dict(sorted(c_libraries.items())),
        {path: _version(path, headers, every) for path in sorted(pythons)},
    )


def _hides(removed: Iterable[str], path: str) -> bool:
    """Return whether a layer takes a path away: itself, a directory above it, or all that such a directory had."""
    return any(path == each or path.startswith(each if each.endswith("/") else f"{each}/") for each in removed)


def _rank(path: str) -> tuple[int, str]:
    order = [number for number, directory in enumerate(_DIRECTORIES) if path.startswith(directory)]
    return (order[0] if order else len(_DIRECTORIES), path)


def _version(path: str, headers: Mapping[str, str], packages: Mapping[str, str]) -> str:
    """Return the full version that CPython's header or Debian's package tells, else the one in the program's name."""
    prefix, _, feature = path.rpartition("bin/python")
    header = headers.get(f"{prefix}include/python{feature}/patchlevel.h", "")
    package = packages.get(f"python{feature}-minimal", "") if path.startswith("usr/bin/") else ""
    match = _UPSTREAM.match(package)
    return header or (match[1] if match else feature)
