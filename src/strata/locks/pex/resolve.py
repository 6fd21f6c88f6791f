"""This module chooses from a lock of Pex what an interpreter on a platform needs, as Pex itself does.

A lock holds one resolve or several: one for each platform that it was made on, or one for each part of a universal lock
that was split by markers. In a resolve, a project may have several versions. The walk, the choice of a version and the
choice of a resolve follow pex/resolve/locked_resolve.py and pex/resolve/lockfile/subset.py of Pex 2.105.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from strata.errors import locks as lock_errors
from strata.errors.package_locks import pex_locks as errors
from strata.locks.c_library import fits_but_for_c_library
from strata.locks.pex.document import Document, LockedResolve, Package
from strata.locks.wanted import Wanted, normalised


@dataclass(frozen=True)
class _Fit:
    """The packages that a resolve gives, and how well their files fit the platform: from 0 to 1 (best)."""

    resolve: LockedResolve
    packages: tuple[Package, ...]
    specificity: float


def chosen_packages(document: Document, where: str, renew: str, wanted: Wanted) -> tuple[Package, ...]:
    """Return one version of each project that the lock's requirements lead to.

    Where no resolve fits, one whose wheels only another C library could load does: the plan refuses these wheels, since
    it knows the base, and which of them an image needs.

    Raise StrataError where no resolve of the lock fits, and for packages from elsewhere than an index.
    """
    fits, reasons = _fits(document, where, renew, wanted, any_c_library=False)
    if not fits:
        fits, _ = _fits(document, where, renew, wanted, any_c_library=True)
    if len(fits) > 1:
        fits = [fit for fit in fits if wanted.applies(fit.resolve.marker, where)]
    if not fits:
        raise errors.nothing_fits(where, reasons or ["nothing is locked"], renew)
    return max(fits, key=lambda fit: fit.specificity).packages


def _fits(
    document: Document, where: str, renew: str, wanted: Wanted, *, any_c_library: bool
) -> tuple[list[_Fit], list[str]]:
    """Return the resolves that fit, and the reasons why others do not."""
    fits: list[_Fit] = []
    reasons: list[str] = []
    for resolve in document.resolves:
        walk = _Walk(document, resolve, where, renew, wanted, any_c_library=any_c_library)
        packages, missing = walk.packages()
        if missing:
            several = len(document.resolves) > 1
            reasons += [f"{resolve.platform}: {reason}" if several else reason for reason in missing]
        else:
            fits.append(_Fit(resolve, packages, _specificity(packages, wanted.tags)))
    return fits, reasons


def _specificity(packages: Iterable[Package], tags: tuple[str, ...]) -> float:
    """Return the mean over packages of how early the best tag of each stands among the tags that install."""
    ranks = {tag: (len(tags) - index) / len(tags) for index, tag in enumerate(tags)}
    values = [max((ranks.get(tag, 0.0) for tag in package.tags), default=0.0) for package in packages]
    return sum(values) / len(values) if values else 0.0


class _Walk:
    """The walk through one resolve from the lock's requirements along what each package requires."""

    def __init__(
        self,
        document: Document,
        resolve: LockedResolve,
        where: str,
        renew: str,
        wanted: Wanted,
        *,
        any_c_library: bool,
    ) -> None:
        self._document = document
        self._resolve = resolve
        self._where = where
        self._renew = renew
        self._wanted = wanted
        self._tags = frozenset(wanted.tags)
        self._any_c_library = any_c_library

    def packages(self) -> tuple[tuple[Package, ...], list[str]]:
        """Return a package for each project, or for which projects there is none, and why."""
        found: list[Package] = []
        missing: list[str] = []
        for name, requests in self._requests().items():
            fitting = self._fitting(name, requests)
            if isinstance(fitting, str):
                missing.append(fitting)
            else:
                found.append(fitting)
        return tuple(found), missing

    def _requests(self) -> dict[str, list[Requirement]]:
        """Return each required project with the requirements that lead to it.

        What each version of a project requires counts, whichever is chosen in the end: so does Pex.
        """
        found: dict[str, list[Requirement]] = {}
        extras: dict[str, frozenset[str]] = {}
        pending = deque(self._applying(self._document.requirements, None))
        while pending:
            requirement = pending.popleft()
            name, asked = canonicalize_name(requirement.name), normalised(requirement.extras)
            found.setdefault(name, []).append(requirement)
            if not self._document.transitive or (name in extras and asked <= extras[name]):
                continue
            extras[name] = extras.get(name, frozenset()) | asked
            for package in self._resolve.packages.get(name, ()):
                pending.extend(self._applying(package.requires, asked))
        return found

    def _applying(self, requirements: Iterable[Requirement], extras: Optional[frozenset[str]]) -> list[Requirement]:
        """Return the requirements that hold in the environment, without the excluded ones, after overrides.

        :param extras: those with which the project that requires them was asked for; None for the lock's own.
        """
        found = []
        for requirement in requirements:
            if self._is_excluded(requirement):
                continue
            requirement = self._override(requirement) or requirement
            chosen = normalised(requirement.extras) if extras is None else extras
            if not self._is_excluded(requirement) and self._wanted.applies(
                str(requirement.marker or ""), self._where, chosen
            ):
                found.append(requirement)
        return found

    def _is_excluded(self, requirement: Requirement) -> bool:
        """Return whether an exclude keeps a project away; a range of versions does only where nothing is locked."""
        name = canonicalize_name(requirement.name)
        return any(
            canonicalize_name(excluded.name) == name
            and (not str(excluded.specifier) or name not in self._resolve.packages)
            for excluded in self._document.excluded
        )

    def _override(self, requirement: Requirement) -> Optional[Requirement]:
        name = canonicalize_name(requirement.name)
        found = [
            override
            for project, override in self._document.overrides
            if project == name and self._wanted.applies(str(override.marker or ""), self._where)
        ]
        if len(set(map(str, found))) > 1:
            raise errors.several_overrides(self._where, name, sorted(map(str, found)), self._renew)
        return found[0] if found else None

    def _fitting(self, name: str, requests: list[Requirement]) -> Package | str:
        """Return the version of a project that all requests allow and that the platform can install, or why not."""
        self._refuse_direct(name, requests)
        reasons = []
        fitting = []
        for package in self._resolve.packages.get(name, ()):
            reason = self._reason_against(package, requests)
            if reason:
                reasons.append(f"{name} {package.version} {reason}")
            else:
                fitting.append(package)
        if fitting:
            return max(fitting, key=self._preference)
        return "; ".join(reasons) or f"{' and '.join(sorted(set(map(str, requests))))} is not locked"

    def _preference(self, package: Package) -> tuple[bool, Version]:
        has_wheel = not self._tags.isdisjoint(package.tags)
        return self._document.prefer_older_binary and has_wheel, Version(package.version)

    def _refuse_direct(self, name: str, requests: list[Requirement]) -> None:
        for package in self._resolve.packages.get(name, ()):
            if package.source:
                raise errors.foreign_source(self._where, name, package.source, self._renew)
        if any(request.url for request in requests):
            raise errors.foreign_source(self._where, name, "a URL", self._renew)

    def _reason_against(self, package: Package, requests: list[Requirement]) -> str:
        try:
            pythons = SpecifierSet(package.requires_python)
        except InvalidSpecifier:
            raise lock_errors.unreadable(self._where, "a range of versions", package.requires_python) from None
        if not pythons.contains(self._wanted.python, prereleases=True):
            return f"requires Python {package.requires_python}"
        for request in requests:
            if not request.specifier.contains(package.version, prereleases=True):
                return f"is not {request}"
        if not package.has_sdist and not self._has_wheel(package):
            return "has no wheel for the platform"
        return ""

    def _has_wheel(self, package: Package) -> bool:
        if self._any_c_library and any(fits_but_for_c_library(file, self._tags) for file in package.files):
            return True
        return not self._tags.isdisjoint(package.tags)
