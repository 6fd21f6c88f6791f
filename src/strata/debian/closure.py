"""This module resolves the packages of a lock: the closure of the named packages over their dependencies.

It follows Depends and Pre-Depends, and ignores Recommends, Breaks and Conflicts: within one release, packages of
libraries and interpreters agree with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strata.debian.index import IndexedPackage, PackageIndex, Relation
from strata.debian.lock import LockedPackage
from strata.errors.debian import dependency_is_unsatisfiable, package_is_unknown


def resolve_closure(index: PackageIndex, roots: Iterable[str], excluded: Iterable[str]) -> tuple[LockedPackage, ...]:
    """Return the packages for one architecture, sorted by name.

    A dependency counts as satisfied when one of its alternatives is excluded by name. Among alternatives, one that a
    root satisfies comes first, then the first in the order written: the result does not depend on the order of roots.
    Raise StrataError for an unknown root and for a dependency that no package of the index satisfies.
    """
    return _Closure(index, sorted(set(roots)), frozenset(excluded)).resolve()


class _Closure:
    def __init__(self, index: PackageIndex, roots: Sequence[str], excluded: frozenset[str]) -> None:
        self.index, self.excluded = index, excluded
        self.roots = [self._root(name) for name in roots]
        self.chosen = {package.name: package for package in self.roots}
        self.needed_by: dict[str, str] = {}

    def resolve(self) -> tuple[LockedPackage, ...]:
        """Return the packages, sorted by name."""
        queue = list(self.roots)
        for package in queue:
            for alternatives in package.depends:
                found = self._satisfy(package, alternatives)
                if found is not None and found.name not in self.chosen:
                    self.chosen[found.name] = found
                    self.needed_by[found.name] = package.name
                    queue.append(found)
        return tuple(self.chosen[name].locked for name in sorted(self.chosen))

    def _root(self, name: str) -> IndexedPackage:
        package = self.index.find(name)
        if package is None:
            raise package_is_unknown(name, self.index.similar_names(name))
        return package

    def _satisfy(self, package: IndexedPackage, alternatives: Sequence[Relation]) -> IndexedPackage | None:
        if any(relation.name in self.excluded for relation in alternatives):
            return None
        for root in self.roots:
            if any(root.satisfies(relation) for relation in alternatives):
                return root
        candidates = []
        for relation in alternatives:
            for candidate in self.index.candidates(relation.name):
                if candidate.satisfies(relation):
                    return candidate
                candidates.append(f"{candidate.name} {candidate.locked.version}")
        raise dependency_is_unsatisfiable(self._chain(package.name), " | ".join(map(str, alternatives)), candidates)

    def _chain(self, name: str) -> list[str]:
        chain = [name]
        while chain[0] in self.needed_by:
            chain.insert(0, self.needed_by[chain[0]])
        return chain
