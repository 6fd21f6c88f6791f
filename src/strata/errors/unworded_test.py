"""Errors on their way from a sandbox."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from strata.errors import StrataError
from strata.errors.unworded import worded

# What a process of a verb does.
PROGRAM = """
import sys
from strata.errors import unworded
unworded.leave_words_out()
from strata.errors import machine
from strata.errors.running import image_tests as errors
print(machine.no_room("fetch-wheel", "full").to_json())
print(errors.failed(1, ["failed: a"]).at("src:image").to_json())
print([name for name in sys.modules if name.startswith("strata.errors.")])
"""


@pytest.fixture(scope="module")
def lines() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}\n{PROGRAM}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_an_error_gets_its_words_behind_the_border(lines: list[str]) -> None:
    assert json.loads(lines[0]) == ["machine", "no_room", ["fetch-wheel", "full"], []]
    assert isinstance(worded(lines[0]), StrataError)


def test_a_module_in_a_package_of_errors(lines: list[str]) -> None:
    assert json.loads(lines[1]) == ["running.image_tests", "failed", [1, ["failed: a"]], ["src:image"]]
    assert str(worded(lines[1])) == (
        "src:image: 1 test fails.\nFound:\n  failed: a\nFix: change the image, or what the tests expect of it."
    )


def test_no_module_with_words_is_read(lines: list[str]) -> None:
    assert lines[2] == "['strata.errors.unworded', 'strata.errors.machine', 'strata.errors.running']"


@pytest.mark.parametrize("line", ["[]", '["machine", "no_room", []]', "Traceback"])
def test_a_line_that_reports_no_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"reports no error|Expecting value"):
        worded(line)
