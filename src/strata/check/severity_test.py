from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.check.severity import Severity, cvss_score

WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    "vector, score",
    [
        (WORST, 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N", 3.7),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        # Scores with temporal metrics are those of the base metrics.
        (f"{WORST}/E:P/RL:O/RC:C", 9.8),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 1.0),
        (" CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N ", 0.0),
        (WORST.replace("3.1", "4.0"), None),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", None),
        (WORST.replace("/S:U", ""), None),
        (WORST.replace("AV:N", "AV:X"), None),
        ("7.5", None),
        ("", None),
    ],
)
def test_scores(vector: str, score: Optional[float]) -> None:
    assert cvss_score(vector) == score


def _with_metrics(start: str) -> st.SearchStrategy[str]:
    return st.text(alphabet="CVSS:3.1/AVNLPRUIHTX", max_size=60).map(lambda text: start + text)


@given(st.sampled_from(["", "CVSS:3.1/", "CVSS:4.0/"]).flatmap(_with_metrics))
def test_any_text_has_a_score_or_none(vector: str) -> None:
    score = cvss_score(vector)
    assert score is None or 0 <= score <= 10


def test_levels_of_scores() -> None:
    scores = (0.0, 0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 10.0)
    assert [Severity.of_score(score).label for score in scores] == [
        *("none", "low", "low", "medium", "medium", "high", "high", "critical", "critical")
    ]


def test_names_of_databases() -> None:
    names = ("HIGH", "moderate", "unimportant", "not yet assigned", "end-of-life")
    assert [Severity.named(name).label for name in names] == ["high", "medium", "low", "unknown", "unknown"]


def test_what_nobody_rated_counts_as_medium() -> None:
    reached = [level.label for level in Severity if Severity.UNKNOWN.reaches(level)]
    assert reached == ["none", "low", "unknown", "medium"]
    assert not Severity.LOW.reaches(Severity.MEDIUM)
    assert Severity.CRITICAL.reaches(Severity.CRITICAL)
