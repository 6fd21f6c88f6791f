"""This module makes components of Debian packages: what they are called, and which of them needs which other.

https://github.com/package-url/purl-spec/blob/main/types-doc/deb-definition.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from debian.deb822 import PkgRelation

from strata.attest.components import Component
from strata.attest.purls import debian_purl
from strata.protocol.package import InstalledPackage


@dataclass(frozen=True)
class DebianPackage:
    """A package in an image: what it says of itself, and where it is from.

    :param distro: the distribution and its version, `debian-13`; empty where that is not known.
    :param layer: the digest of the layer that it is in; empty where that is not known.
    :param sha256: of the file that was fetched, by its name.
    :param licenses: the names of its licences, as its copyright file has them.
    :param parts: what it has in it.
    """

    package: InstalledPackage
    distro: str
    layer: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict, hash=False)
    licenses: tuple[str, ...] = ()
    parts: tuple[Component, ...] = ()

    @property
    def purl(self) -> str:
        """Return the package URL, with what scanners need to find vulnerabilities: distribution and source package."""
        package = self.package
        return debian_purl(package.name, package.version, package.architecture, self.distro, _upstream(package))


def debian_components(packages: Sequence[DebianPackage]) -> list[Component]:
    """Return a component for each package, with relations to those that it depends on.

    Of alternatives, all that are there count; so do packages that provide what another one depends on.
    """
    made = {
        each.package.name: Component(
            *("library", each.package.name, each.package.version, each.purl, each.layer),
            sha256=each.sha256,
            license_names=each.licenses,
            parts=each.parts,
        )
        for each in packages
    }
    providers: dict[str, set[str]] = {name: {name} for name in made}
    for each in packages:
        for name in _names(each.package.provides):
            providers.setdefault(name, set()).add(each.package.name)
    return [replace(made[each.package.name], requires=_requires(each.package, made, providers)) for each in packages]


def _requires(
    package: InstalledPackage, made: Mapping[str, Component], providers: Mapping[str, set[str]]
) -> tuple[str, ...]:
    found = {name for wanted in _names(package.depends) for name in providers.get(wanted, ())} - {package.name}
    return tuple(sorted(made[name].ref for name in found))


def _names(relations: str) -> Iterable[str]:
    """Return the names of packages in a value of Depends or Provides, each once."""
    if not relations:
        return ()
    return dict.fromkeys(each["name"] for choice in PkgRelation.parse_relations(relations) for each in choice)


def _upstream(package: InstalledPackage) -> str:
    """Return the source package, and its version where that is another one; empty where both are the package's."""
    source, version = package.source or package.name, package.source_version or package.version
    if version != package.version:
        return f"{source}@{version}"
    return source if source != package.name else ""
