"""This module puts the findings in the layers of a base together, as a container sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.bases.libraries import CACHE, loadable
from strata.debian.os_release import PATHS
from strata.debian.packages.installed import STATUS
from strata.layouts.whiteouts import hides
from strata.protocol.bases.inspect_base_layer import Result
from strata.protocol.package import InstalledPackage

_LISTS = "var/lib/dpkg/status.d/"
_UPSTREAM = re.compile(r"(?:\d+:)?(\d+\.\d+(?:\.\d+)?)")
# The architecture of packages that fit all.
ALL = "all"
# Where several Pythons are, the first is the one that PATH finds.
_DIRECTORIES = ("usr/local/bin/", "usr/bin/")


@dataclass(frozen=True)
class Findings:
    """What a base holds. Paths have no leading slash.

    :param installers: for each layer, the lowest first, the evidence of installers, as JSON values.
    :param packages: name → version of Debian packages; empty for a base that has no list of them.
    :param c_libraries: path → version, as `2.41`; `musl` for that one.
    :param pythons: the path of a program of CPython → its version, as full as it is known.
    :param system: the distribution, `debian-13`; empty where that is not known.
    :param details: the name of a Debian package → what differs from the rule, for packages with a difference: `source`,
        the source package, `glibc` or `glibc 2.41-12`, where that has another name or version; `architecture`, `all`.
    :param distributions: the normalized name of a Python project → the installed versions; None where nobody looked,
        for a lock that was made before Strata did.
    :param libraries: the names of the shared libraries that programs find by name (strata.bases.libraries); None where
        nobody looked.
    """

    installers: tuple[tuple[Any, ...], ...]
    packages: Mapping[str, str] = field(hash=False)
    c_libraries: Mapping[str, str] = field(hash=False)
    pythons: Mapping[str, str] = field(hash=False)
    system: str = ""
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    distributions: Optional[Mapping[str, tuple[str, ...]]] = field(default=None, hash=False)
    libraries: Optional[tuple[str, ...]] = None

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


def combine(layers: Sequence[Result], env: Iterable[str]) -> Findings:
    """Return the findings of all layers, the lowest first: later ones replace, add and remove.

    :param env: the variables of the base's config, `NAME=VALUE` each.
    """
    packages: dict[str, InstalledPackage] = {}
    listed: dict[str, InstalledPackage] = {}
    c_libraries: dict[str, str] = {}
    pythons: dict[str, str] = {}
    headers: dict[str, str] = {}
    systems: dict[str, str] = {}
    distributions: dict[str, tuple[str, ...]] = {}
    libraries: dict[str, None] = {}
    cached: tuple[str, ...] = ()
    for layer in layers:
        if hides(layer.removed, STATUS):
            packages = {}
        if hides(layer.removed, f"{_LISTS}any"):
            listed.clear()
        if hides(layer.removed, CACHE):
            cached = ()
        by_path: tuple[dict[str, Any], ...] = (c_libraries, pythons, headers, systems, distributions, libraries)
        for found in by_path:
            for path in [path for path in found if hides(layer.removed, path)]:
                del found[path]
        packages = packages if layer.packages is None else _by_name(layer.packages)
        listed.update(_by_name(layer.listed_packages))
        c_libraries.update(layer.c_libraries)
        pythons.update(dict.fromkeys(layer.pythons, ""))
        headers.update(layer.python_headers)
        systems.update(layer.systems)
        distributions.update(layer.distributions)
        libraries.update(dict.fromkeys(layer.libraries))
        cached = cached if layer.cached_libraries is None else layer.cached_libraries
    every = dict(sorted({**listed, **packages}.items()))
    versions = {name: package.version for name, package in every.items()}
    return Findings(
        tuple(layer.installers for layer in layers),
        versions,
        dict(sorted(c_libraries.items())),
        {path: _version(path, headers, versions) for path in sorted(pythons)},
        next((systems[path] for path in PATHS if path in systems), ""),
        {name: details for name, details in ((name, _details(package)) for name, package in every.items()) if details},
        _distributions(distributions.values()),
        loadable(libraries, cached, env),
    )


def _by_name(packages: Iterable[InstalledPackage]) -> dict[str, InstalledPackage]:
    return {package.name: package for package in packages}


def _details(package: InstalledPackage) -> dict[str, str]:
    found = {}
    if package.source_version not in ("", package.version):
        found["source"] = f"{package.source} {package.source_version}"
    elif package.source not in ("", package.name):
        found["source"] = package.source
    if package.architecture == ALL:
        found["architecture"] = ALL
    return found


def _distributions(found: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the versions of each project: several Pythons of one base may have several."""
    versions: dict[str, set[str]] = {}
    for name, version in found:
        versions.setdefault(name, set()).add(version)
    return {name: tuple(sorted(versions[name])) for name in sorted(versions)}


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
