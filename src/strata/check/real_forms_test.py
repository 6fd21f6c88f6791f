"""Records as the databases publish them, with all the fields that they have: their form is real, their content made up.

https://ossf.github.io/osv-schema/ and https://security-tracker.debian.org/tracker/data/json
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Optional

import pytest
from packaging.version import Version

from strata.check.checks import Fixes, Known, find
from strata.check.inventory import Inventory
from strata.check.osv import Advisory, advisories, read_advisories
from strata.check.tracker import read_tracker
from strata.protocol.package import InstalledPackage

TODAY = date(2026, 11, 25)
COMMIT = "5f0d8a9c3b2e1f40718293a4b5c6d7e8f9012345"
V3 = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}
V4 = {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}

# As the advisory database of Python publishes it: versions one by one, ranges of commits beside those of releases.
PYSEC: dict[str, Any] = {
    "schema_version": "1.7.3",
    "id": "PYSEC-2026-901",
    "modified": "2026-10-28T18:03:08.102385Z",
    "published": "2026-10-09T18:15:00Z",
    "aliases": ["CVE-2026-10901", "GHSA-aaaa-bbbb-cc01"],
    "details": "# Templates\n\nThe sandbox of templates can be left, since `str.format` is not wrapped.\n",
    "affected": [
        {
            "package": {"name": "Example.Templates", "ecosystem": "PyPI", "purl": "pkg:pypi/example-templates"},
            "ranges": [
                {
                    "type": "GIT",
                    "repo": "https://git.example/templates",
                    "events": [{"introduced": "0"}, {"fixed": COMMIT}],
                },
                {
                    "type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "2.11.3"}, {"introduced": "3.0a1"}, {"fixed": "3.1.2"}],
                },
            ],
            "versions": ["2.0", "2.0rc1", "2.11.2", "3.0.0", "3.0.0a1", "3.1.1", "not-a-version"],
            "ecosystem_specific": {},
            "database_specific": {"source": "https://databases.example/vulns/PYSEC-2026-901.yaml"},
        }
    ],
    "references": [
        {"type": "ADVISORY", "url": "https://databases.example/GHSA-aaaa-bbbb-cc01"},
        {"type": "FIX", "url": f"https://git.example/templates/commit/{COMMIT}"},
    ],
}
# As GitHub reviews it: two versions of CVSS, a level in words, the last version in a text of its own.
GHSA: dict[str, Any] = {
    "schema_version": "1.4.0",
    "id": "GHSA-aaaa-bbbb-cc01",
    "modified": "2026-10-27T19:12:52Z",
    "published": "2026-10-25T06:30:22Z",
    "aliases": ["CVE-2026-10901"],
    "related": ["CGA-1"],
    "summary": "Templates leave the sandbox",
    "details": "### Impact\nAnybody who writes templates runs code.",
    "severity": [V3, V4],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "example-templates"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "3.1.1"}]}],
            "database_specific": {"last_known_affected_version_range": "<= 3.1.1"},
        },
        {
            "package": {"ecosystem": "npm", "name": "example-templates"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        },
    ],
    "references": [{"type": "WEB", "url": "https://git.example/templates/security"}],
    "credits": [{"name": "Somebody", "contact": ["https://people.example/somebody"], "type": "FINDER"}],
    "database_specific": {
        "cwe_ids": ["CWE-1336"],
        "severity": "HIGH",
        "github_reviewed": True,
        "github_reviewed_at": "2026-10-25T19:43:00Z",
        "nvd_published_at": None,
    },
}
# A package with bad intent: every version, and no severity.
MALICIOUS: dict[str, Any] = {
    "schema_version": "1.5.0",
    "id": "MAL-2026-77",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "Malicious code in example-templates (PyPI)",
    "details": "",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "example-templates"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            "versions": ["3.1.1"],
        }
    ],
    "credits": [{"name": "OpenSSF: Package Analysis", "type": "FINDER", "contact": ["https://people.example/x"]}],
    "database_specific": {"malicious-packages-origins": [{"source": "somebody", "versions": ["3.1.1"]}]},
}
TRACKER: dict[str, Any] = {
    "openssl": {
        "CVE-2026-0701": {
            "scope": "remote",
            "description": "A server that answers with a long chain\nof certificates stops the client.",
            "debianbug": 1000701,
            "releases": {
                "trixie": {
                    "status": "resolved",
                    "repositories": {"trixie": "3.5.1-1+deb13u1", "trixie-security": "3.5.7-1~deb13u2"},
                    "fixed_version": "3.5.7-1~deb13u2",
                    "urgency": "not yet assigned",
                },
                "bookworm": {
                    "status": "open",
                    "repositories": {"bookworm": "3.0.17-1~deb12u2"},
                    "urgency": "not yet assigned",
                    "nodsa": "Minor issue",
                    "nodsa_reason": "",
                },
            },
        },
        "CVE-2026-0702": {"releases": {"trixie": {"status": "open", "repositories": {}, "urgency": "unimportant"}}},
        "CVE-2026-0703": {
            "scope": "local",
            "releases": {
                "trixie": {"status": "resolved", "repositories": {}, "fixed_version": "0", "urgency": "medium**"}
            },
        },
        "CVE-2026-0704": {
            "releases": {
                "trixie": {
                    "status": "open",
                    "repositories": {"trixie": "3.5.1-1+deb13u1"},
                    "fixed_version": "",
                    "urgency": "high**",
                    "nodsa": "Fixed by a later point release",
                    "nodsa_reason": "postponed",
                }
            }
        },
        "TEMP-0000000-ABCDEF": {"releases": {"trixie": {"status": "undetermined", "urgency": "not yet assigned"}}},
    }
}


def of(record: Mapping[str, Any]) -> Advisory:
    (found,) = advisories(record, "x.json", {"example-templates"})
    return found


@pytest.mark.parametrize(
    "version, affected, fixed",
    [
        ("2.11.2", True, "2.11.3"),
        ("2.11.3", False, None),
        ("2.12", False, None),
        ("3.0.0a1", True, "3.1.2"),
        ("3.1.1+company.4", True, "3.1.2"),
        ("3.1.2", False, None),
    ],
)
def test_versions_and_ranges_of_releases_decide_and_commits_do_not(
    version: str, affected: bool, fixed: Optional[str]
) -> None:
    found = of(PYSEC)
    assert found.affects(Version(version)) is affected
    assert not affected or str(found.fix_for(Version(version))) == fixed
    assert (found.unreadable, found.summary) == (("not-a-version",), "Templates")


def test_a_range_of_commits_alone_affects_no_release() -> None:
    commits = {**PYSEC, "affected": [{**PYSEC["affected"][0], "ranges": PYSEC["affected"][0]["ranges"][:1]}]}
    assert of(commits).affects(Version("2.11.2"))
    assert not of({**commits, "affected": [{**commits["affected"][0], "versions": []}]}).affects(Version("2.11.2"))


def test_the_last_version_that_is_affected() -> None:
    found = of(GHSA)
    assert [found.affects(Version(each)) for each in ("0.1", "3.1.1", "3.1.1.post1", "3.1.2")] == [
        *(True, True, False, False)
    ]
    assert found.fix_for(Version("3.1.1")) is None


@pytest.mark.parametrize(
    "record, severity",
    [
        (PYSEC, "unknown"),
        (GHSA, "critical"),
        ({**GHSA, "severity": [V3]}, "medium"),
        ({**GHSA, "severity": [V4]}, "critical"),
        ({**GHSA, "severity": None}, "high"),
        ({**GHSA, "severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}]}, "high"),
        ({**GHSA, "severity": [{"type": "Ubuntu", "score": "low"}], "database_specific": {}}, "unknown"),
        (MALICIOUS, "unknown"),
    ],
)
def test_severity(record: Mapping[str, Any], severity: str) -> None:
    assert of(record).severity.label == severity


def test_an_export_of_several_databases(tmp_path: Path) -> None:
    withdrawn = {**GHSA, "id": "GHSA-aaaa-bbbb-cc02", "aliases": [], "withdrawn": "2026-11-01T00:00:00Z"}
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for record in (PYSEC, GHSA, MALICIOUS, withdrawn):
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    known = Known(TODAY, read_advisories([path], {"example-templates"}))
    inventory = Inventory("linux/amd64", "", (("example-templates", "3.1.1"),), (), "")
    assert [(each.id, each.aliases, each.severity.label, each.fixed) for each in find(inventory, known, Fixes())] == [
        ("CVE-2026-10901", ("GHSA-aaaa-bbbb-cc01", "PYSEC-2026-901"), "critical", "3.1.2"),
        ("MAL-2026-77", (), "unknown", ""),
    ]


@pytest.mark.parametrize(
    "release, version, found",
    [
        (
            "trixie",
            "3.5.7-1~deb13u1",
            [
                ("CVE-2026-0701", "unknown", "3.5.7-1~deb13u2"),
                ("CVE-2026-0702", "low", ""),
                ("CVE-2026-0704", "high", ""),
            ],
        ),
        ("trixie", "3.5.7-1~deb13u2", [("CVE-2026-0702", "low", ""), ("CVE-2026-0704", "high", "")]),
        ("bookworm", "3.0.17-1~deb12u2", [("CVE-2026-0701", "low", "")]),
        ("forky", "3.5.1-1", []),
    ],
)
def test_the_tracker_of_debian(tmp_path: Path, release: str, version: str, found: list[tuple[str, ...]]) -> None:
    path = tmp_path / "tracker.json"
    path.write_text(json.dumps(TRACKER))
    known = Known(TODAY, tracker=read_tracker(path, {"openssl"}))
    package = InstalledPackage("libssl3t64", version, "amd64", "openssl", version)
    inventory = Inventory("linux/amd64", "", (), (package,), release)
    assert [(each.id, each.severity.label, each.fixed) for each in find(inventory, known, Fixes())] == found
