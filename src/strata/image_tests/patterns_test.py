"""Go's regular expressions in Python's form."""

from __future__ import annotations

import re

import pytest

from strata.image_tests.patterns import NoPattern, python_pattern


@pytest.mark.parametrize(
    "pattern, text, matches",
    [
        (r".*Usage.*", "so: Usage of it\nmore", True),
        (r"^foo$", "foo", True),
        # To Python, `$` would match before the last line's end.
        (r"^foo$", "foo\n", False),
        (r"(?m)^foo$", "foo\nbar\n", True),
        (r"a.b", "a\nb", False),
        (r"(?s)a.b", "a\nb", True),
        (r"(?i)usage", "USAGE", True),
        (r"x(?i:usage)", "xUSAGE", True),
        (r"^\d+\z", "12", True),
        # Go's classes hold ASCII alone.
        (r"^\d$", "\u0663", False),
        (r"^\w$", "\u00e9", False),
        (r"^[[:alpha:]_]+$", "ab_", True),
        (r"^[[:alpha:]_]+$", "a1", False),
        (r"^[^[:space:]]$", " ", False),
        (r"^[]a]$", "]", True),
        (r"^[$a]$", "$", True),
        (r"\Qa.b$\E!", "a.b$!", True),
        (r"\Qa.b", "axb", False),
        (r"(?P<name>a)(?<other>b)", "ab", True),
        (r"cost \$5", "cost $5", True),
        (r"[a-z]+-2\.1\.*", "abc-2.1..", True),
    ],
)
def test_a_pattern_matches_as_in_go(pattern: str, text: str, matches: bool) -> None:
    assert bool(re.search(python_pattern(pattern), text)) is matches


@pytest.mark.parametrize(
    "pattern, problem",
    [
        (r"\pL", r"\pL names a class of Unicode, which Python's expressions do not know"),
        (r"\p{Greek}", r"\p{Greek} names a class of Unicode, which Python's expressions do not know"),
        (r"[[:^alpha:]]", "[:^alpha:] is no class that Python has a form of"),
        (r"(?U)a+", "the flag U has no form in Python"),
        (r"a(?i)b", "the flags (?i) stand behind the beginning"),
        (r"(?m:^a$)", "the flag m stands in (?m: alone: put it at the beginning"),
        (r"a(b", "missing ), unterminated subpattern at position 5"),
    ],
)
def test_what_python_has_no_form_of(pattern: str, problem: str) -> None:
    with pytest.raises(NoPattern) as error:
        python_pattern(pattern)
    assert str(error.value) == problem
