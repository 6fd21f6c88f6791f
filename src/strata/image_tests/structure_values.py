"""This module takes values out of a file of structure tests, and notes each place that does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from strata.image_tests.patterns import NoPattern, python_pattern

# https://yaml.org/type/bool.html, which the original reads, too.
_TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "y"), True),
    **dict.fromkeys(("false", "no", "off", "n"), False),
}


class Problems:
    """What does not fit in a file.

    :param lines: each with the place.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, problem: str) -> None:
        """Note a problem, which reads on from the place."""
        self.lines.append(f"{where} {problem}")


class Table:
    """A mapping of the file. What is asked for is known; `finish` notes all that is not.

    :param where: its place in the file, as `commandTests[0]`; empty for the file itself.
    """

    def __init__(self, content: Any, where: str, problems: Problems) -> None:
        if not isinstance(content, dict):
            problems.add(where, "is no mapping")
            # What it lacks is no news.
            problems = Problems()
        self._problems = problems
        self._where = where
        self._known: set[str] = set()
        self._content: Mapping[str, Any] = content if isinstance(content, dict) else {}

    def has(self, key: str) -> bool:
        """Return whether the table has a value."""
        return key in self._content

    def ignore(self, key: str) -> None:
        """Let a value be known, whatever it is."""
        self._known.add(key)

    def text(self, key: str, *, needed: bool = False, one_of: Sequence[str] = ()) -> str:
        """Return a text; empty where there is none."""
        value = self._take(key, "")
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str):
            self._add(key, "is no text")
            return ""
        if needed and not value:
            self._add(key, "is missing")
        if one_of and value and value not in one_of:
            self._add(key, f"is {value!r}, none of {', '.join(one_of)}")
        return value

    def number(self, key: str, default: int) -> int:
        """Return an integer."""
        text = self.text(key)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            self._add(key, f"is {text!r}, no number")
            return default

    def flag(self, key: str, default: bool = False) -> bool:
        """Return a truth value."""
        text = self.text(key)
        if text and text.lower() not in _TRUTH:
            self._add(key, f"is {text!r}, neither true nor false")
        return _TRUTH.get(text.lower(), default)

    def pattern(self, key: str) -> str:
        """Return a regular expression, in Python's form."""
        return self._pattern(key, self.text(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return self._texts(key, self._take(key, []))

    def patterns(self, key: str) -> tuple[str, ...]:
        """Return a list of regular expressions, in Python's form."""
        return tuple(self._pattern(f"{key}[{place}]", text) for place, text in enumerate(self.texts(key)))

    def commands(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return a list of commands, each a list of texts that is not empty."""
        found = []
        for where, value in self._items(key):
            command = self._texts(where, value)
            if not command:
                self._add(where, "is empty")
            found.append(command)
        return tuple(found)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of a list."""
        for where, value in self._items(key):
            yield Table(value, self._place(where), self._problems)

    def table(self, key: str) -> list[Table]:
        """Return the table that a key has, if it is there."""
        value = self._take(key, None)
        return [] if value in (None, "") else [Table(value, self._place(key), self._problems)]

    def finish(self) -> None:
        """Note the keys that nothing asked for."""
        for key in self._content:
            if key not in self._known:
                self._add(str(key), "is not known")

    def refuse(self, reason: str) -> None:
        """Note the keys that nothing asked for, and why they are not taken."""
        for key in self._content:
            if key not in self._known:
                self._add(str(key), f"is not taken: {reason}")

    def _take(self, key: str, default: Any) -> Any:
        self._known.add(key)
        value = self._content.get(key)
        return default if value is None else value

    def _items(self, key: str) -> Iterator[tuple[str, Any]]:
        value = self._take(key, [])
        if value == "":
            return
        if not isinstance(value, list):
            self._add(key, "is no list")
            return
        for place, item in enumerate(value):
            yield f"{key}[{place}]", item

    def _texts(self, where: str, value: Any) -> tuple[str, ...]:
        if value == "":
            return ()
        if not isinstance(value, list) or not all(isinstance(each, (str, bool)) for each in value):
            self._add(where, "is no list of texts")
            return ()
        return tuple(str(each).lower() if isinstance(each, bool) else each for each in value)

    def _pattern(self, where: str, text: str) -> str:
        try:
            return python_pattern(text)
        except NoPattern as problem:
            self._add(where, f"is {text!r}, which cannot be read as a regular expression: {problem}")
            return ""

    def _add(self, key: str, problem: str) -> None:
        self._problems.add(self._place(key), problem)

    def _place(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key
