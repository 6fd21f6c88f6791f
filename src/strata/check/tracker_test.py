from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.check.severity import Severity
from strata.check.tracker import parse_tracker, read_tracker
from strata.errors import StrataError

TRACKER = {
    "openssl": {
        "CVE-1": {
            "description": "one\n  line",
            "releases": {
                "trixie": {"status": "resolved", "fixed_version": "3.5.1-1+deb13u1", "urgency": "high"},
                "bookworm": {"status": "resolved", "fixed_version": "0", "urgency": "high"},
            },
        },
        "CVE-2": {"releases": {"trixie": {"status": "open", "urgency": "not yet assigned", "nodsa": "Minor issue"}}},
        "CVE-3": {"releases": {"trixie": {"status": "open", "urgency": "not yet assigned"}}},
        "CVE-4": {"releases": {"trixie": {"status": "undetermined", "urgency": "low"}}},
        "CVE-5": {"releases": {"trixie": {"status": "open", "urgency": "unimportant"}}},
    },
    "other": {"CVE-6": "damaged, and not asked for"},
}
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["openssl", "CVE-1", "releases", "trixie", "status"]), inner, max_size=3)
    ),
    max_leaves=10,
)


def read(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document))
    with pytest.raises(StrataError) as caught:
        read_tracker(path, {"openssl", "missing"})
    return str(caught.value)


def test_vulnerabilities_by_release(tmp_path: Path) -> None:
    path = tmp_path / "tracker.json"
    path.write_text(json.dumps({name: value for name, value in TRACKER.items() if name != "other"}))
    tracker = read_tracker(path, {"openssl", "missing"})
    assert [(each.id, each.severity, each.fixed) for each in tracker.of("openssl", "trixie")] == [
        ("CVE-1", Severity.HIGH, "3.5.1-1+deb13u1"),
        ("CVE-2", Severity.LOW, ""),
        ("CVE-3", Severity.UNKNOWN, ""),
        ("CVE-5", Severity.LOW, ""),
    ]
    assert tracker.of("openssl", "trixie")[0].summary == "one line"
    assert (tracker.of("openssl", "bookworm"), tracker.of("missing", "trixie")) == ((), ())


def test_what_is_not_asked_for_is_not_looked_at() -> None:
    assert parse_tracker(TRACKER, "t.json", {"missing"}).sources == {}


@pytest.mark.parametrize(
    "version, affected",
    [
        ("3.5.1-1", True),
        ("3.5.1-1+deb13u1", False),
        ("3.5.1-1+deb13u1~bpo1", True),
        ("1:0.1", False),
        ("3.5.10-1", False),
    ],
)
def test_versions_are_compared_as_dpkg_does(version: str, affected: bool) -> None:
    (fixed, unfixed, *_) = parse_tracker(TRACKER, "t.json", {"openssl"}).of("openssl", "trixie")
    assert (fixed.affects(version), unfixed.affects(version)) == (affected, True)


def test_another_form(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    fix = "Fix: download `tracker/data/json` from Debian's security tracker again."
    head = f"{path} is not the JSON of Debian's security tracker.\nFound:\n  "
    assert read(path, [1]) == f"{head}the document is a list, not an object of objects\n{fix}"
    assert read(path, {"openssl": {"CVE-1": {"releases": 1}}}) == (
        f'{head}openssl["CVE-1"].releases is 1, not an object\n{fix}'
    )
    damaged = {"openssl": {"CVE-1": {"releases": {"trixie": {"status": "resolved", "fixed_version": "no version!"}}}}}
    assert read(path, damaged) == f"{head}openssl: CVE-1: 'no version!' is no version of Debian\n{fix}"


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        tracker = parse_tracker(value, "t.json", {"openssl"})
    except StrataError:
        return
    assert set(tracker.sources) <= {"openssl"}
