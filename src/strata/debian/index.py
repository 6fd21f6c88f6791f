"""This module reads the package indexes of a Debian mirror.

One suite has 68,000 paragraphs in 56 MB of text, of which a lock needs 30. So an index only notes the place of each
name, and parses a paragraph when its name is asked for.
https://wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Optional

from debian.deb822 import Deb822, PkgRelation
from debian.debian_support import Version

from strata.debian.lock import LockedPackage
from strata.errors.debian import index_has_unusable_value, index_lacks_field

_NAME = re.compile(r"^Package: *(\S+)", re.MULTILINE)
_PROVIDES = re.compile(r"^Provides: *(.+)$", re.MULTILINE)
_PROVIDED_NAME = re.compile(r"(?:^|,)\s*([^\s,:(]+)")

# `<` and `>` are old spellings of `<=` and `>=`.
_OPERATORS = {"<<": lt, "<=": le, "<": le, "=": eq, ">=": ge, ">": ge, ">>": gt}
_SIZE = re.compile(r"[0-9]{1,12}")

_PRIORITIES = ("required", "important", "standard", "optional", "extra")


@dataclass(frozen=True)
class IndexText:
    """The text of one Packages file, and the repository (see strata.debian.lock) of the suite it belongs to."""

    repository: str
    text: str


@dataclass(frozen=True)
class Relation:
    """`name (operator version)`, one alternative of a dependency; both empty where any version will do."""

    name: str
    operator: str = ""
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.operator} {self.version})" if self.operator else self.name

    def holds_for(self, version: str) -> bool:
        """Return whether a version satisfies the relation. Both versions, and the operator, were checked before."""
        if not self.operator:
            return True
        return bool(_OPERATORS[self.operator](Version(version), Version(self.version)))


@dataclass(frozen=True)
class IndexedPackage:
    """A parsed paragraph.

    :param depends: the dependencies, each as its alternatives.
    :param provides: name and version of each virtual package; the version may be empty.
    :param priority: the rank of its priority, 0 for `required`.
    """

    locked: LockedPackage
    depends: tuple[tuple[Relation, ...], ...]
    provides: tuple[tuple[str, str], ...]
    priority: int

    @property
    def name(self) -> str:
        """Return the name of the package."""
        return self.locked.name

    def satisfies(self, relation: Relation) -> bool:
        """Return whether the package satisfies a relation, by its own name or by one that it provides.

        A name that is provided without a version satisfies no relation with a version:
        https://www.debian.org/doc/debian-policy/ch-relationships.html#virtual-packages-provides
        """
        if relation.name == self.name:
            return relation.holds_for(self.locked.version)
        return any(
            name == relation.name and (relation.holds_for(version) if version else not relation.operator)
            for name, version in self.provides
        )


class PackageIndex:
    """The newest version of every package over all suites that were read."""

    def __init__(self, texts: Iterable[IndexText]) -> None:
        self._paragraphs: dict[str, list[tuple[str, str]]] = {}
        self._providers: dict[str, set[str]] = {}
        for index in texts:
            for paragraph in index.text.split("\n\n"):
                self._note(index.repository, paragraph)
        self._parsed: dict[str, IndexedPackage] = {}

    def _note(self, repository: str, paragraph: str) -> None:
        match = _NAME.search(paragraph)
        if match is None:
            return
        name = match[1]
        self._paragraphs.setdefault(name, []).append((repository, paragraph))
        if "\nProvides:" in paragraph:
            provides = _PROVIDES.search(paragraph)
            for provided in _PROVIDED_NAME.findall(provides[1]) if provides else ():
                self._providers.setdefault(provided, set()).add(name)

    def find(self, name: str) -> Optional[IndexedPackage]:
        """Return the newest package of that very name, or None.

        Raise StrataError for a description without a field that a lock needs, and for a version that cannot be read.
        """
        if name not in self._paragraphs:
            return None
        if name not in self._parsed:
            candidates = [_parse(name, repository, paragraph) for repository, paragraph in self._paragraphs[name]]
            self._parsed[name] = max(candidates, key=lambda package: Version(package.locked.version))
        return self._parsed[name]

    def candidates(self, name: str) -> list[IndexedPackage]:
        """Return the packages that may satisfy a relation to a name: the package itself, then providers by priority."""
        package = self.find(name)
        providers = [self.find(provider) for provider in sorted(self._providers.get(name, ()))]
        virtual = [found for found in providers if found is not None and found is not package]
        virtual.sort(key=lambda found: (found.priority, found.name))
        return virtual if package is None else [package, *virtual]

    def similar_names(self, name: str) -> list[str]:
        """Return names that look like one that does not exist."""
        return difflib.get_close_matches(name, self._paragraphs, n=3, cutoff=0.8)


def _parse(name: str, repository: str, paragraph: str) -> IndexedPackage:
    fields = Deb822(paragraph)

    def field(field_name: str) -> str:
        if field_name not in fields:
            raise index_lacks_field(name, field_name)
        return str(fields[field_name])

    size = field("Size")
    if not _SIZE.fullmatch(size):
        raise index_lacks_field(name, "Size")
    locked = LockedPackage(
        name=field("Package"),
        version=_checked_version(name, "Version", field("Version")),
        architecture=field("Architecture"),
        path=field("Filename"),
        size=int(size),
        sha256=field("SHA256"),
        repository=repository,
    )
    relations = {of: _relations(name, of, fields.get(of, "")) for of in ("Pre-Depends", "Depends", "Provides")}
    provides = tuple((entry.name, entry.version) for (entry, *_) in relations["Provides"])
    priority = fields.get("Priority", "optional")
    rank = _PRIORITIES.index(priority) if priority in _PRIORITIES else len(_PRIORITIES)
    return IndexedPackage(locked, (*relations["Pre-Depends"], *relations["Depends"]), provides, rank)


def _relations(package: str, field: str, text: str) -> tuple[tuple[Relation, ...], ...]:
    """Return the relations of a field. Qualifiers of architectures (`:any`) do not matter within one architecture."""
    if not text:
        return ()
    return tuple(
        tuple(_relation(package, field, entry["name"], *(entry["version"] or ("", ""))) for entry in alternatives)
        for alternatives in PkgRelation.parse_relations(text)
    )


def _relation(package: str, field: str, name: str, operator: str, version: str) -> Relation:
    if operator and operator not in _OPERATORS:
        raise index_has_unusable_value(package, field, f"{name} ({operator} {version})")
    return Relation(name, operator, _checked_version(package, field, version) if operator else "")


def _checked_version(package: str, field: str, version: str) -> str:
    try:
        Version(version)
    except ValueError:
        raise index_has_unusable_value(package, field, version) from None
    return version
