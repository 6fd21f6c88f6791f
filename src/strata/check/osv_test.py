from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from strata.check.osv import Advisory, advisories, read_advisories
from strata.check.severity import Severity
from strata.errors import StrataError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "affected", "package", "name", "ranges", "events", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def advisory(*events: Mapping[str, str], versions: Sequence[str] = (), **fields: Any) -> Advisory:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Zope_X"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}, {"type": "GIT", "events": [{"introduced": "0"}]}],
        "versions": list(versions),
    }
    record = {"id": "PYSEC-1", "affected": [affected], **fields}
    (found,) = advisories(record, "x.json", {"zope-x"})
    return found


def affected(found: Advisory, *versions: str) -> list[str]:
    return [version for version in versions if found.affects(Version(version))]


def test_ranges() -> None:
    found = advisory({"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"last_affected": "2.3"})
    assert affected(found, "0.9", "1.0", "1.4.9", "1.5", "1.9", "2.0", "2.3", "2.3.1") == ["1.0", "1.4.9", "2.0", "2.3"]
    assert [found.fix_for(Version(version)) for version in ("1.2", "2.1")] == [Version("1.5"), None]


def test_the_order_of_events_does_not_matter_and_0_is_before_all() -> None:
    found = advisory({"fixed": "1.0"}, {"introduced": "0"})
    assert affected(found, "0.dev1", "0a1", "1.0rc1", "1.0", "1.0+local") == ["0.dev1", "0a1", "1.0rc1"]


def test_a_limit_ends_a_range() -> None:
    assert affected(advisory({"introduced": "0"}, {"limit": "2"}), "1.9", "2", "3") == ["1.9"]
    assert affected(advisory({"introduced": "0"}, {"limit": "*"}), "1.9", "3") == ["1.9", "3"]


def test_listed_versions_are_compared_as_pep_440_says() -> None:
    found = advisory(versions=["1.0", "2.0.0"])
    assert affected(found, "1", "1.0+cpu", "2.0", "2.0.1") == ["1", "1.0+cpu", "2.0"]


def test_severities() -> None:
    low, high = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
    scores = [{"type": "CVSS_V3", "score": low}, {"type": "CVSS_V3", "score": high}]
    rated = {"severity": "CRITICAL"}
    assert advisory(severity=scores, database_specific=rated).severity is Severity.HIGH
    assert advisory(severity=[{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]).severity is Severity.UNKNOWN
    assert advisory(database_specific=rated).severity is Severity.CRITICAL
    assert advisory().severity is Severity.UNKNOWN


def test_texts_and_ids() -> None:
    found = advisory(aliases=["CVE-1", "PYSEC-1"], details="\n# Title\nmore")
    assert (found.ids, found.summary, found.project) == (("PYSEC-1", "CVE-1"), "Title", "zope-x")


def test_versions_that_are_none_are_kept_for_a_note() -> None:
    found = advisory({"introduced": "0"}, {"fixed": "banana"}, versions=["1.0"])
    assert (found.unreadable, affected(found, "3")) == (("banana",), ["3"])


def test_what_is_left_out() -> None:
    package = {"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1"]}
    assert list(advisories({"id": "1", "affected": [package]}, "x.json", {"x"})) == []
    package = {"package": {"ecosystem": "PyPI", "name": "x"}, "versions": ["1"]}
    assert (
        list(advisories({"id": "1", "affected": [package], "withdrawn": "2025-01-01T00:00:00Z"}, "x.json", {"x"})) == []
    )
    assert list(advisories({"id": "1", "affected": [package]}, "x.json", {"y"})) == []
    assert list(advisories({"id": "1", "affected": [{}]}, "x.json", {"x"})) == []
    assert [each.project for each in advisories({"id": "1", "affected": [package]}, "x.json", {"x"})] == ["x"]


def test_forms_of_a_file(tmp_path: Path) -> None:
    package = {"package": {"ecosystem": "PyPI", "name": "x"}, "versions": ["1"]}
    record = {"id": "1", "affected": [package]}
    found = []
    for number, value in enumerate((record, [record], {"vulns": [record]})):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(value))
        found.append([each.ids for each in read_advisories([path], {"x"})["x"]])
    assert found == [[("1",)]] * 3


def test_no_record() -> None:
    with pytest.raises(StrataError) as caught:
        list(advisories({"id": 5, "affected": [{"ranges": 1}]}, "x.json", {"x"}))
    assert str(caught.value) == (
        "x.json is no record of OSV.\n"
        "Found:\n  id is 5, not a text\n  affected[0].ranges is 1, not a list\n"
        "Fix: name an export in the format of https://ossf.github.io/osv-schema."
    )


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        found = list(advisories(value, "x.json", {"x"}))
    except StrataError:
        return
    assert isinstance(value, dict)
    assert isinstance(value["id"], str)
    assert all(each.ids[0] == value["id"] for each in found)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4), st.integers(0, 21))
def test_separate_ranges_are_their_union(pairs: list[tuple[int, int]], at: int) -> None:
    # Each pair in a range of its own: what is introduced and fixed there.
    ranges = [
        {"type": "ECOSYSTEM", "events": [{"introduced": str(start)}, {"fixed": str(end)}]}
        for start, end in pairs
        if start < end
    ]
    record = {"id": "1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": ranges}]}
    (found,) = advisories(record, "x.json", {"x"})
    assert found.affects(Version(str(at))) == any(start <= at < end for start, end in pairs)
