from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from strata.check.checks import Fixes, Known, find, newer_packages, unreadable_versions
from strata.check.finding import Finding
from strata.check.inventory import Inventory
from strata.check.osv import Advisory, advisories
from strata.check.tracker import parse_tracker
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import MAIN_REPOSITORY, SECURITY_REPOSITORY, LockedPackage
from strata.protocol.package import InstalledPackage

TODAY = date(2026, 11, 25)
EMPTY = Inventory("linux/amd64", "", (), (), "trixie")


def advisory(name: str, *aliases: str, fixed: str = "2.0", **fields: Any) -> Advisory:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": "click"}, "ranges": ranges}]
    record = {"id": name, "aliases": list(aliases), "affected": affected, **fields}
    (found,) = advisories(record, "x.json", {"click"})
    return found


def shown(finding: Finding) -> tuple[str, ...]:
    return (finding.id, *finding.aliases, finding.severity.label, finding.fixed, finding.fix)


def test_records_about_one_vulnerability_are_one_finding() -> None:
    high = {"database_specific": {"severity": "HIGH"}}
    known = Known(
        TODAY,
        {
            "click": [
                advisory("PYSEC-1", "CVE-1"),
                advisory("GHSA-2", summary="another"),
                advisory("GHSA-1", "CVE-1", fixed="2.1", summary="text", **high),
            ]
        },
    )
    found = list(find(replace(EMPTY, wheels=(("click", "1.0"),)), known, Fixes(wheels="renew")))
    assert [shown(each) for each in found] == [
        ("GHSA-2", "unknown", "2.0", "renew"),
        ("CVE-1", "GHSA-1", "PYSEC-1", "high", "2.1", "renew"),
    ]
    assert found[1].summary == "text"
    assert list(find(replace(EMPTY, wheels=(("click", "2.1"), ("other", "1.0"))), known, Fixes())) == []


def test_without_a_fixed_version_there_is_no_step() -> None:
    known = Known(TODAY, {"click": [advisory("CVE-1", fixed="")]})
    (found,) = find(replace(EMPTY, wheels=(("click", "1.0"),)), known, Fixes(wheels="renew"))
    assert shown(found) == ("CVE-1", "unknown", "", "")


def test_versions_that_cannot_be_compared_are_notes() -> None:
    bad = advisory("CVE-1", fixed="banana")
    known = Known(TODAY, {"click": [bad]})
    inventory = replace(EMPTY, wheels=(("click", "1.0"), ("click", "dev-1"), ("other", "x")))
    assert list(unreadable_versions(inventory, known)) == [
        "CVE-1 of click names versions that are not of PEP 440: 'banana'",
        "click dev-1: this is no version of PEP 440, so no vulnerability was looked for",
        "CVE-1 of click names versions that are not of PEP 440: 'banana'",
    ]
    assert [each.version for each in find(inventory, known, Fixes())] == ["1.0"]


def test_debian_packages_by_their_source() -> None:
    document = {
        "glibc": {
            "CVE-1": {"releases": {"trixie": {"status": "resolved", "fixed_version": "2.41-13", "urgency": "high"}}},
            "CVE-2": {"releases": {"trixie": {"status": "open", "urgency": "unimportant"}}},
            "CVE-3": {"releases": {"trixie": {"status": "resolved", "fixed_version": "2.41-12"}}},
        }
    }
    packages = tuple(
        InstalledPackage(name, "2.41-12+b1", "amd64", "glibc", "2.41-12") for name in ("libc-bin", "libc6")
    )
    known = Known(TODAY, tracker=parse_tracker(document, "t.json", {"glibc"}))
    inventory, fixes = replace(EMPTY, debian=packages), Fixes(debian={"libc6": "renew base", "libc-bin": "renew base"})
    assert [shown(each) for each in find(inventory, known, fixes)] == [
        ("CVE-1", "high", "2.41-13", "renew base"),
        ("CVE-2", "low", "", ""),
    ]
    assert list(find(replace(inventory, release=""), known, fixes)) == []
    assert list(find(inventory, Known(TODAY), fixes)) == []


@pytest.mark.parametrize(
    "python, days, severity, summary",
    [
        ("3.10.5", 180, "high", "no security fixes since 2026-10-31"),
        ("3.11.2", 365, "medium", "its developers publish security fixes until 2027-10-31"),
        ("2.7", 0, "high", "no security fixes since 2021-12-23"),
    ],
)
def test_an_old_cpython(python: str, days: int, severity: str, summary: str) -> None:
    (found,) = find(replace(EMPTY, python=python), Known(TODAY, days=days), Fixes(python="newer"))
    assert (found.severity.label, found.summary, found.fix) == (severity, summary, "newer")


@pytest.mark.parametrize("python", ["3.11.2", "3.13.5", "3.99.1", ""])
def test_a_supported_cpython_is_no_finding(python: str) -> None:
    assert list(find(replace(EMPTY, python=python), Known(TODAY), Fixes())) == []


def test_the_last_day_is_supported() -> None:
    inventory = replace(EMPTY, python="3.11")
    (last,) = find(inventory, Known(date(2027, 10, 31)), Fixes())
    (after,) = find(inventory, Known(date(2027, 11, 1)), Fixes())
    assert (last.severity.label, after.severity.label) == ("medium", "high")


def test_newer_packages_of_the_mirror() -> None:
    def paragraph(name: str, version: str) -> str:
        fields = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\n"
        return f"{fields}Filename: pool/{name}\nSize: 1\nSHA256: {'0' * 64}\n"

    def locked(name: str, version: str) -> LockedPackage:
        return LockedPackage(name, version, "amd64", f"pool/{name}", 1, "0" * 64, MAIN_REPOSITORY)

    main = "\n".join([paragraph("a", "1.0"), paragraph("b", "2.0~rc1"), paragraph("c", "2.0")])
    index = PackageIndex([IndexText(MAIN_REPOSITORY, main), IndexText(SECURITY_REPOSITORY, paragraph("a", "1.0+u1"))])
    packages = [locked("a", "1.0"), locked("b", "2.0"), locked("c", "1.9"), locked("gone", "1")]
    assert [(each.package, each.summary, *shown(each)) for each in newer_packages(packages, index, "renew")] == [
        ("a", "Debian has a newer version, a security fix", "update", "medium", "1.0+u1", "renew"),
        ("c", "Debian has a newer version", "update", "low", "2.0", "renew"),
    ]
