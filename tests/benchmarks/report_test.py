from __future__ import annotations

import pytest

from benchmarks.report import Row, aims, details, ratios, replace_marked

ROWS = [
    Row("a ratio / its peer", 1.0, "s", 4.0, 0.25, date="2026-11-26", load="0.9", runs=5),
    Row("too much / its peer", 0.02, "s", 4.0, 0.004, "it is slow", 0.012),
    Row("memory", 149.6, "MB", None, 150),
    Row("for information / its peer", 3.0, "s", 2.0),
]


def test_the_table_of_the_readme_has_ratios_alone() -> None:
    assert ratios(ROWS) == (
        "| ours / peer | ratio | measured |\n"
        "| --- | ---: | --- |\n"
        "| a ratio / its peer | 0.25 | 2026-11-26 |\n"
        "| too much / its peer | 0.005 |  |\n"
        "| memory | 150 MB |  |\n"
        "| for information / its peer | 1.50 |  |\n"
    )


def test_the_table_of_the_page_has_aims_beside_them() -> None:
    assert aims(ROWS) == (
        "| ours / peer | ratio | floor | aim | met | measured |\n"
        "| --- | ---: | ---: | ---: | --- | --- |\n"
        "| a ratio / its peer | 0.25 |  | ≤ 0.25 | yes | 2026-11-26 |\n"
        "| too much / its peer | 0.005 | 0.003 | ≤ 0.004 | no |  |\n"
        "| memory | 150 MB |  | ≤ 150 MB | yes |  |\n"
        "| for information / its peer | 1.50 |  |  |  |  |\n"
    )


def test_details_have_absolute_numbers_and_the_reasons_of_what_was_missed() -> None:
    assert details(ROWS) == (
        "| what | ours | floor | peer | runs | measured | load |\n"
        "| --- | ---: | ---: | ---: | ---: | --- | ---: |\n"
        "| a ratio / its peer | 1 s |  | 4 s | 5 | 2026-11-26 | 0.9 |\n"
        "| too much / its peer | 0.02 s | 0.012 s | 4 s |  |  |  |\n"
        "| memory | 150 MB |  |  |  |  |  |\n"
        "| for information / its peer | 3 s |  | 2 s |  |  |  |\n"
        "\n"
        "Where an aim is missed:\n"
        "\n"
        "- **too much / its peer**: it is slow\n"
    )


def test_where_every_aim_is_met_no_reasons_are_given() -> None:
    assert details(ROWS[:1]) == (
        "| what | ours | floor | peer | runs | measured | load |\n"
        "| --- | ---: | ---: | ---: | ---: | --- | ---: |\n"
        "| a ratio / its peer | 1 s |  | 4 s | 5 | 2026-11-26 | 0.9 |\n"
    )


def test_what_stands_between_the_markers_is_replaced() -> None:
    text = "before\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nafter\n"
    assert (
        replace_marked(text, "benchmarks", "new\n") == "before\n<!-- benchmarks -->\nnew\n<!-- /benchmarks -->\nafter\n"
    )


@pytest.mark.parametrize("text", ["", "<!-- benchmarks -->", "<!-- /benchmarks -->"])
def test_a_text_without_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^<!-- benchmarks --> or <!-- /benchmarks --> is missing$"):
        replace_marked(text, "benchmarks", "new\n")
