"""This module has what a test found, as lines for people and as a report in the form of JUnit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

# Characters that XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Outcome:
    """A test that was run.

    :param problems: what is not as expected; empty where it passed.
    :param shown: the output, where that helps to see why.
    """

    name: str
    seconds: float
    problems: Sequence[str]
    shown: Sequence[str] = ()

    def lines(self) -> Iterator[str]:
        """Yield what people read."""
        yield f"{'failed' if self.problems else 'passed'}: {self.name}"
        if self.problems:
            yield from (f"  {problem}" for problem in self.problems)
            yield from (f"  | {line}" for line in self.shown)


def junit(outcomes: Iterable[Outcome]) -> str:
    """Return the report that CI systems read, a `testsuite` with a `testcase` for each test."""
    cases = []
    for each in outcomes:
        failure = ""
        if each.problems:
            text = _xml("\n".join([*each.problems, *each.shown]))
            failure = f'<failure message="{_xml(each.problems[0])}">{text}</failure>'
        cases.append(
            f'<testcase classname="image" name="{_xml(each.name)}" time="{each.seconds:.3f}">{failure}</testcase>'
        )
    count, failures = len(cases), sum(case.count("<failure ") for case in cases)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites><testsuite name="image" tests="{count}" failures="{failures}" errors="0" skipped="0">'
        f"{''.join(cases)}</testsuite></testsuites>\n"
    )


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
