from __future__ import annotations

from datetime import date

import pytest

from strata.errors import StrataError
from strata.interpreters.support import RELEASES, check_known, past_end_of_life

TODAY = date(2026, 11, 25)


def test_the_table_is_sorted_and_complete() -> None:
    minors = [int(release.version.split(".")[1]) for release in RELEASES]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert all(release.first < release.end for release in RELEASES)
    assert [release.end for release in RELEASES] == sorted(release.end for release in RELEASES)


def test_a_version_past_its_end_of_life() -> None:
    assert str(past_end_of_life("3.9.2", "the `version` field", TODAY)) == (
        "CPython 3.9.2 reached its end of life on 2025-10-31: it gets no security fixes any more.\n"
        "Found:\n"
        "  the `version` field: 3.9.2\n"
        "  CPython 3.11 gets security fixes until 2027-10-31\n"
        "  CPython 3.12 gets security fixes until 2028-10-31\n"
        "  CPython 3.13 gets security fixes until 2029-10-31\n"
        "  CPython 3.14 gets security fixes until 2030-10-31\n"
        "  CPython 3.15 gets security fixes until 2031-10-31\n"
        "Fix: take 3.11 or a newer one. To build with 3.9.2 all the same, set "
        '`[strata].end_of_life = "warn"` in pants.toml.'
    )


@pytest.mark.parametrize("python", ["3.9", "3.6.1", "3.5", "3.0.1"])
def test_old_versions(python: str) -> None:
    error = past_end_of_life(python, "there", TODAY)
    assert error is not None
    end = "2025-10-31" if python == "3.9" else "2021-12-23"
    assert error.happened.startswith(f"CPython {python} reached its end of life on {end}:")


@pytest.mark.parametrize("python, last", [("3.11", date(2027, 10, 31)), ("3.13.5", date(2029, 10, 31))])
def test_the_last_day_is_one_of_support(python: str, last: date) -> None:
    assert past_end_of_life(python, "there", last) is None
    assert past_end_of_life(python, "there", date.fromordinal(last.toordinal() + 1)) is not None


def test_a_version_that_is_not_known_yet() -> None:
    check_known("3.15.2")
    assert past_end_of_life("3.16", "there", date(2099, 1, 1)) is None
    with pytest.raises(StrataError) as caught:
        check_known("3.16")
    assert str(caught.value) == (
        "CPython 3.16 is not known to this version of Strata.\n"
        "Found:\n"
        "  known: 3.6 to 3.15\n"
        "Fix: correct the version, or take a newer version of Strata."
    )


def test_when_no_known_version_is_supported_any_more() -> None:
    error = past_end_of_life("3.15", "there", date(2099, 1, 1))
    assert error is not None
    assert error.fix.startswith("take a newer version of Strata and of CPython. To build with 3.15 all the same,")
