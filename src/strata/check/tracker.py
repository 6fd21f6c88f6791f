"""This module reads the JSON of Debian's security tracker: which source packages have which vulnerabilities.

    {"openssl": {"CVE-2025-1": {"description": "…", "releases": {"trixie": {"status": "resolved",
                                "fixed_version": "3.5.1-1", "urgency": "medium"}}}}}

https://security-team.debian.org/security_tracker.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debian.debian_support import Version

from strata.check import limits
from strata.check.files import read_document
from strata.check.severity import Severity
from strata.debian.packages.installed import VERSION
from strata.errors.checks import files as errors
from strata.oci.documents import shown
from strata.oci.shape import map_of, struct, text

_source = map_of(
    struct(
        {"releases": map_of(struct({"status": text}, {"fixed_version": text, "urgency": text, "nodsa": text}))},
        {"description": text},
    )
)
_SHOWN = 3


@dataclass(frozen=True)
class Vulnerability:
    """A vulnerability of a source package in one release of Debian.

    :param fixed: the version of the source package that mends it; empty where there is none.
    """

    id: str
    summary: str
    severity: Severity
    fixed: str

    def affects(self, version: str) -> bool:
        """Return whether a version of the source package has it, by dpkg's order of versions."""
        return not self.fixed or bool(Version(version) < Version(self.fixed))


@dataclass(frozen=True)
class Tracker:
    """What the tracker says of some source packages: source package → its vulnerabilities, by release."""

    sources: Mapping[str, Mapping[str, tuple[Vulnerability, ...]]]

    def of(self, source: str, release: str) -> tuple[Vulnerability, ...]:
        """Return the vulnerabilities of a source package in a release, `trixie`, sorted by id."""
        return self.sources.get(source, {}).get(release, ())


def read_tracker(path: Path, sources: Collection[str]) -> Tracker:
    """Return what the tracker says of these source packages. Raise StrataError for a file of another form."""
    return parse_tracker(read_document(path, limits.TRACKER_BYTES), str(path), sources)


def parse_tracker(document: Any, name: str, sources: Collection[str]) -> Tracker:
    """Return what the document says of these source packages. Raise StrataError for one of another form.

    :param name: of the file, for the error.
    """
    if not isinstance(document, dict) or not all(isinstance(value, dict) for value in document.values()):
        raise errors.no_tracker(name, [f"the document is {shown(document)}, not an object of objects"])
    wanted = {source: document[source] for source in sorted(sources) if source in document}
    problems = [problem for source, value in wanted.items() for problem in _source(value, source)]
    problems += [
        f"{source}: {cve}: {entry['fixed_version']!r} is no version of Debian"
        for source, value in (wanted.items() if not problems else ())
        for cve, about in value.items()
        for entry in about["releases"].values()
        if entry.get("fixed_version") and not VERSION.fullmatch(entry["fixed_version"])
    ]
    if problems:
        raise errors.no_tracker(name, problems[:_SHOWN])
    return Tracker({source: _by_release(value) for source, value in wanted.items()})


def _by_release(value: Mapping[str, Any]) -> dict[str, tuple[Vulnerability, ...]]:
    found: dict[str, list[Vulnerability]] = {}
    for cve, about in sorted(value.items()):
        for release, entry in about["releases"].items():
            fixed = entry.get("fixed_version", "")
            # What nobody has looked into, and what no version of this release ever had.
            if entry["status"] not in ("open", "resolved") or fixed == "0":
                continue
            if entry["status"] == "resolved" and not fixed:
                continue
            found.setdefault(release, []).append(
                Vulnerability(
                    cve,
                    _one_line(about.get("description", "")),
                    _severity(entry),
                    fixed if entry["status"] == "resolved" else "",
                )
            )
    return {release: tuple(each) for release, each in found.items()}


def _severity(entry: Mapping[str, str]) -> Severity:
    """Return the urgency; low where Debian decided that an update of security is not worth it (`nodsa`)."""
    urgency = Severity.named(entry.get("urgency", "").rstrip("*"))
    return Severity.LOW if urgency is Severity.UNKNOWN and "nodsa" in entry else urgency


def _one_line(value: str) -> str:
    return " ".join(value.split())
