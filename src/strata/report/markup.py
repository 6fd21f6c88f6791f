"""This module writes HTML. Text is escaped wherever it is taken: markup is a type of its own, which no text becomes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NewType, Union

from strata.layouts.finding import printable

Markup = NewType("Markup", str)
"""HTML that may stand in a page as it is."""

Content = Union[str, Markup]


def text(value: str) -> Markup:
    """Return the markup that shows a text. Control characters are shown as their codes."""
    return Markup(escape(printable(value), quote=True))


def element(name: str, *children: Markup, **attributes: str) -> Markup:
    """Return an element. An underscore at the end of an attribute's name is left out, others are hyphens."""
    given = "".join(
        f' {attribute.rstrip("_").replace("_", "-")}="{text(value)}"' for attribute, value in attributes.items()
    )
    return Markup(f"<{name}{given}>{''.join(children)}</{name}>")


def lines(values: Iterable[str]) -> Markup:
    """Return texts below each other."""
    return Markup("<br>".join(text(value) for value in values))


def table(heads: Sequence[str], rows: Iterable[Sequence[Markup]], *, numbers: Iterable[int] = ()) -> Markup:
    """Return a table that scrolls by itself where it is wider than the screen.

    :param numbers: the columns, from 0, that are aligned to the right.
    """
    right = frozenset(numbers)

    def cells(name: str, values: Sequence[Markup]) -> Markup:
        made = [
            element(name, value, class_="number") if column in right else element(name, value)
            for column, value in enumerate(values)
        ]
        return element("tr", *made)

    head = element("thead", cells("th", [text(each) for each in heads]))
    body = element("tbody", *(cells("td", row) for row in rows))
    return element("div", element("table", head, body), class_="scroll")


def details(summary: str, *children: Markup) -> Markup:
    """Return a part of the page that is folded until somebody opens it."""
    return element("details", element("summary", text(summary)), *children)


def anchor(*parts: str) -> str:
    """Return a name for links to a part of the page: readable, without characters that URLs have other uses for.

    The beginning of a hash tells names apart that differ in such characters alone.
    """
    name = "-".join(parts)
    readable = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def size(count: int) -> str:
    """Return a number of bytes for people: `12.3 MB`."""
    return f"{count / 1e6:,.1f} MB" if count >= 1_000_000 else f"{count / 1e3:,.1f} kB"
