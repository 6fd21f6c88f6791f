"""This module reads vulnerabilities of Python projects in the format of OSV, and says which versions they affect.

https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from strata.check.files import read_export
from strata.check.severity import Severity, cvss_score
from strata.errors.checks import files as errors
from strata.oci.shape import list_of, map_of, or_null, struct, text

ECOSYSTEM = "PyPI"

_severities = or_null(list_of(struct({"type": text, "score": text})))
_affected = struct(
    {},
    {
        "package": struct({"ecosystem": text, "name": text}),
        "versions": or_null(list_of(text)),
        "ranges": or_null(list_of(struct({"type": text, "events": list_of(map_of(text))}))),
        "severity": _severities,
    },
)
_record = struct(
    {"id": text},
    {
        "aliases": or_null(list_of(text)),
        "withdrawn": or_null(text),
        "summary": or_null(text),
        "details": or_null(text),
        "severity": _severities,
        "affected": or_null(list_of(_affected)),
    },
)
_SHOWN = 3


@dataclass(frozen=True)
class Range:
    """A range of versions: events in the order in which they hold, as (name, version), and where it ends at the latest.

    The version of `introduced` is None where it means the first of all.
    """

    events: tuple[tuple[str, Optional[Version]], ...]
    limits: tuple[Version, ...] = ()

    def has(self, version: Version) -> bool:
        """Return whether a version is affected: the algorithm of OSV's specification."""
        affected = False
        for name, at in self.events:
            if name == "introduced" and (at is None or version >= at):
                affected = True
            elif at is not None and ((name == "fixed" and version >= at) or (name == "last_affected" and version > at)):
                affected = False
        return affected and (not self.limits or any(version < limit for limit in self.limits))

    def fix_for(self, version: Version) -> Optional[Version]:
        """Return the first fixed version above a version; None where no event names one."""
        return min(
            (at for name, at in self.events if name == "fixed" and at is not None and at > version), default=None
        )


@dataclass(frozen=True)
class Advisory:
    """What one record says of one project.

    :param ids: its id, then its aliases.
    :param project: the normalized name.
    :param versions: those that the record lists one by one.
    :param unreadable: texts that stand for versions and are none (PEP 440): the record may affect more than is known.
    """

    ids: tuple[str, ...]
    project: str
    summary: str
    severity: Severity
    versions: frozenset[Version]
    ranges: tuple[Range, ...]
    unreadable: tuple[str, ...] = ()

    def affects(self, version: Version) -> bool:
        """Return whether a version is affected; one with a local part is, where its public part is listed."""
        listed = version in self.versions or Version(version.public) in self.versions
        return listed or any(each.has(version) for each in self.ranges)

    def fix_for(self, version: Version) -> Optional[Version]:
        """Return the version that mends it; None where none is known."""
        fixes = [each.fix_for(version) for each in self.ranges if each.has(version)]
        known = [fix for fix in fixes or [each.fix_for(version) for each in self.ranges] if fix is not None]
        return min(known, default=None)


def read_advisories(paths: Iterable[Path], projects: Collection[str]) -> dict[str, list[Advisory]]:
    """Return the normalized name of each project that is asked for → what the exports say of it.

    Records that were withdrawn are left out. Raise StrataError for what is no record.
    """
    found: dict[str, list[Advisory]] = {}
    for path in paths:
        for name, value in read_export(path):
            for record in _records(value):
                for advisory in advisories(record, name, projects):
                    found.setdefault(advisory.project, []).append(advisory)
    return found


def check_record(value: Any, name: str) -> None:
    """Raise StrataError where the first record of a file is none.

    :param name: of the file, for the error.
    """
    problems = [problem for record in list(_records(value))[:1] for problem in _record(record, "")]
    if problems:
        raise errors.no_osv(name, problems[:_SHOWN])


def advisories(record: Any, name: str, projects: Collection[str]) -> Iterator[Advisory]:
    """Yield what a record says of each project that is asked for. Raise StrataError for a value that is no record.

    :param name: of the file, for the error.
    """
    problems = list(_record(record, ""))
    if problems:
        raise errors.no_osv(name, problems[:_SHOWN])
    if record.get("withdrawn"):
        return
    ids = tuple(dict.fromkeys([record["id"], *(record.get("aliases") or ())]))
    summary = record.get("summary") or _first_line(record.get("details") or "")
    merged: dict[str, list[Mapping[str, Any]]] = {}
    for affected in record.get("affected") or ():
        package = affected.get("package")
        if package and package["ecosystem"].partition(":")[0] == ECOSYSTEM:
            merged.setdefault(canonicalize_name(package["name"]), []).append(affected)
    for project, parts in ((project, parts) for project, parts in merged.items() if project in projects):
        yield _advisory(ids, project, summary, record, parts)


def _advisory(
    ids: tuple[str, ...], project: str, summary: str, record: Mapping[str, Any], parts: list[Mapping[str, Any]]
) -> Advisory:
    unreadable: list[str] = []
    versions = [_version(each, unreadable) for part in parts for each in part.get("versions") or ()]
    ranges = [
        _range(each["events"], unreadable)
        for part in parts
        for each in part.get("ranges") or ()
        if each["type"] == "ECOSYSTEM"
    ]
    return Advisory(
        ids,
        project,
        summary,
        _severity([record, *parts]),
        frozenset(each for each in versions if each is not None),
        tuple(ranges),
        tuple(dict.fromkeys(unreadable)),
    )


def _range(events: Iterable[Mapping[str, str]], unreadable: list[str]) -> Range:
    found: list[tuple[str, Optional[Version]]] = []
    limits: list[Version] = []
    for name, value in (item for event in events for item in event.items()):
        if name == "introduced" and value == "0":
            found.append((name, None))
            continue
        version = None if value == "*" else _version(value, unreadable)
        if version is None:
            continue
        if name == "limit":
            limits.append(version)
        elif name in ("introduced", "fixed", "last_affected"):
            found.append((name, version))
    # What is fixed and introduced in one version is affected there: rather one finding too many.
    first = Version("0.dev0")
    found.sort(key=lambda item: (item[1] is not None, item[1] or first, item[0] == "introduced"))
    return Range(tuple(found), tuple(limits))


def _version(value: str, unreadable: list[str]) -> Optional[Version]:
    try:
        return Version(value)
    except InvalidVersion:
        unreadable.append(value)
        return None


def _severity(parts: Iterable[Mapping[str, Any]]) -> Severity:
    """Return the level of the highest score of CVSS 3 or 4; where there is none, the level that a database names."""
    chosen = list(parts)
    scores = [cvss_score(each["score"]) for part in chosen for each in part.get("severity") or ()]
    known = [score for score in scores if score is not None]
    if known:
        return Severity.of_score(max(known))
    named = [
        fields["severity"]
        for part in chosen
        for fields in (part.get("database_specific"), part.get("ecosystem_specific"))
        if isinstance(fields, dict) and isinstance(fields.get("severity"), str)
    ]
    return max((Severity.named(each) for each in named), default=Severity.UNKNOWN)


def _records(value: Any) -> Iterable[Any]:
    """Return the records of a file: it is one, or a list of them, or an answer of OSV's service."""
    if isinstance(value, dict) and isinstance(value.get("vulns"), list) and "id" not in value:
        return list(value["vulns"])
    return value if isinstance(value, list) else [value]


def _first_line(value: str) -> str:
    return next((line.strip("# ").strip() for line in value.splitlines() if line.strip("# ")), "")
