"""This module compares what an image holds with what is known of it: vulnerabilities, newer packages, ends of life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Optional

from debian.debian_support import Version as DebianVersion
from packaging.version import InvalidVersion, Version

from strata.check.finding import Finding, Kind
from strata.check.inventory import Inventory
from strata.check.osv import Advisory
from strata.check.severity import Severity
from strata.check.tracker import Tracker
from strata.debian.index import PackageIndex
from strata.debian.lock import SECURITY_REPOSITORY, LockedPackage
from strata.interpreters.support import end_of_life
from strata.protocol.package import InstalledPackage

UPDATE = "update"
END_OF_LIFE = "end-of-life"
"""The ids of findings that are no vulnerabilities."""


@dataclass(frozen=True)
class Known:
    """What images are compared with.

    :param advisories: project → what an OSV export says of it.
    :param tracker: Debian's; None where it was not given.
    :param days: before its end of life from which on a version of CPython is a finding.
    """

    today: date
    advisories: Mapping[str, Sequence[Advisory]] = field(default_factory=dict, hash=False)
    tracker: Optional[Tracker] = None
    days: int = 180


@dataclass(frozen=True)
class Fixes:
    """How what an image holds is renewed, as commands or steps; empty where that is not known.

    :param debian: the name of a Debian package → the same.
    """

    wheels: str = ""
    python: str = ""
    debian: Mapping[str, str] = field(default_factory=dict, hash=False)


def find(inventory: Inventory, known: Known, fixes: Fixes) -> Iterator[Finding]:
    """Yield what needs attention in an image."""
    for name, version in inventory.wheels:
        yield from _of_wheel(name, version, known.advisories.get(name, ()), fixes)
    if known.tracker is not None and inventory.release:
        yield from _of_debian(inventory.debian, inventory.release, known.tracker, fixes)
    yield from _of_python(inventory.python, known, fixes)


def unreadable_versions(inventory: Inventory, known: Known) -> Iterator[str]:
    """Yield a note for each version that cannot be compared, of a wheel or in what is known of it."""
    for name, version in inventory.wheels:
        if name in known.advisories and _version(version) is None:
            yield f"{name} {version}: this is no version of PEP 440, so no vulnerability was looked for"
        for advisory in known.advisories.get(name, ()):
            if advisory.unreadable:
                yield f"{advisory.ids[0]} of {name} names versions that are not of PEP 440: {advisory.unreadable[0]!r}"


def newer_packages(packages: Iterable[LockedPackage], index: PackageIndex, fix: str) -> Iterator[Finding]:
    """Yield a finding for each locked package of which the signed index has a newer version.

    One from the archive of security fixes is medium, any other low. Raise StrataError for a damaged index.
    """
    for package in packages:
        found = index.find(package.name)
        if found is None or not DebianVersion(found.locked.version) > DebianVersion(package.version):
            continue
        security = found.locked.repository == SECURITY_REPOSITORY
        yield Finding(
            Kind.UPDATE,
            UPDATE,
            package.name,
            package.version,
            Severity.MEDIUM if security else Severity.LOW,
            f"Debian has a newer version{', a security fix' if security else ''}",
            fixed=found.locked.version,
            fix=fix,
        )


def _of_wheel(name: str, text: str, advisories: Iterable[Advisory], fixes: Fixes) -> Iterator[Finding]:
    version = _version(text)
    if version is None:
        return
    for same in _grouped(each for each in advisories if each.affects(version)):
        ids = sorted({each for advisory in same for each in advisory.ids}, key=_rank)
        found = [advisory.fix_for(version) for advisory in same]
        fixed = max((each for each in found if each is not None), default=None)
        yield Finding(
            Kind.WHEEL,
            ids[0],
            name,
            text,
            max(advisory.severity for advisory in same),
            next((advisory.summary for advisory in same if advisory.summary), ""),
            fixed=str(fixed or ""),
            aliases=tuple(ids[1:]),
            fix=fixes.wheels if fixed else "",
        )


def _rank(name: str) -> tuple[int, str]:
    """Put the ids first that databases have in common."""
    prefixes = ("CVE-", "GHSA-", "PYSEC-")
    return next((number for number, each in enumerate(prefixes) if name.startswith(each)), len(prefixes)), name


def _grouped(advisories: Iterable[Advisory]) -> list[list[Advisory]]:
    """Return advisories about one vulnerability together: those that share an id or an alias, also through others."""
    groups: list[tuple[set[str], list[Advisory]]] = []
    for advisory in advisories:
        ids, members = set(advisory.ids), [advisory]
        for group in [group for group in groups if group[0] & ids]:
            groups.remove(group)
            ids |= group[0]
            members = [*group[1], *members]
        groups.append((ids, members))
    return [members for _, members in groups]


def _of_debian(packages: Iterable[InstalledPackage], release: str, tracker: Tracker, fixes: Fixes) -> Iterator[Finding]:
    sources: dict[tuple[str, str], list[str]] = {}
    for package in packages:
        sources.setdefault((package.source, package.source_version), []).append(package.name)
    for (source, version), names in sorted(sources.items()):
        steps = dict.fromkeys(fixes.debian[name] for name in names if fixes.debian.get(name))
        for each in tracker.of(source, release):
            if each.affects(version):
                yield Finding(
                    Kind.DEBIAN,
                    each.id,
                    source,
                    version,
                    each.severity,
                    each.summary,
                    fixed=each.fixed,
                    fix="; ".join(steps) if each.fixed else "",
                )


def _of_python(version: str, known: Known, fixes: Fixes) -> Iterator[Finding]:
    end = end_of_life(version) if version else None
    if end is None or (end - known.today).days > known.days:
        return
    over = known.today > end
    yield Finding(
        Kind.PYTHON,
        END_OF_LIFE,
        "CPython",
        version,
        Severity.HIGH if over else Severity.MEDIUM,
        f"its developers publish security fixes until {end}" if not over else f"no security fixes since {end}",
        fix=fixes.python,
    )


def _version(text: str) -> Optional[Version]:
    try:
        return Version(text)
    except InvalidVersion:
        return None
