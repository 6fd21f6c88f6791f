"""What people and CI systems read of tests."""

from __future__ import annotations

from xml.etree import ElementTree

from strata.image_tests.outcome import Outcome, junit

PASSED = Outcome("a & b", 0.25, [])
FAILED = Outcome("c", 1, ["the exit code is 1, not 0", "more"], ["standard error:", "\x1b[1m<no>"])


def test_lines() -> None:
    assert list(PASSED.lines()) == ["passed: a & b"]
    assert list(FAILED.lines()) == [
        "failed: c",
        "  the exit code is 1, not 0",
        "  more",
        "  | standard error:",
        "  | \x1b[1m<no>",
    ]


def test_the_report_is_xml_whatever_a_command_writes() -> None:
    suites = ElementTree.fromstring(junit([PASSED, FAILED]).encode())
    (suite,) = suites
    assert suite.attrib == {"name": "image", "tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    first, second = suite
    assert (first.attrib, list(first)) == ({"classname": "image", "name": "a & b", "time": "0.250"}, [])
    (failure,) = second
    assert failure.attrib == {"message": "the exit code is 1, not 0"}
    assert failure.text == "the exit code is 1, not 0\nmore\nstandard error:\n\ufffd[1m<no>"
