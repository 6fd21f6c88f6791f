"""This module has shapes of JSON documents: what a value must look like, and in which words to say that it does not.

A shape yields one problem for each place where a value differs, `layers[2].size is "5", not a whole number`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional

from strata.oci.documents import shown

Shape = Callable[[Any, str], Iterator[str]]


def matching(pattern: str, name: str) -> Shape:
    """Return the shape of a text of which all matches `pattern`; `name` is how a problem calls it, "a digest"."""
    compiled = re.compile(pattern)

    def check(value: Any, where: str) -> Iterator[str]:
        if not (isinstance(value, str) and compiled.fullmatch(value)):
            yield f"{where} is {shown(value)}, not {name}"

    return check


text = matching(r"(?s:.*)", "a text")


def flag(value: Any, where: str) -> Iterator[str]:
    """Yield a problem unless the value is true or false."""
    if not isinstance(value, bool):
        yield f"{where} is {shown(value)}, not true or false"


def count(value: Any, where: str) -> Iterator[str]:
    """Yield a problem unless the value is a whole number from 0 on."""
    # bool is an int to Python, and no number to JSON.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        yield f"{where} is {shown(value)}, not a whole number from 0"


def exactly(wanted: Any) -> Shape:
    """Return the shape of one value."""

    def check(value: Any, where: str) -> Iterator[str]:
        if value != wanted or type(value) is not type(wanted):
            yield f"{where} is {shown(value)}, not {shown(wanted)}"

    return check


def or_null(shape: Shape) -> Shape:
    """Return the shape of null, or of another shape."""

    def check(value: Any, where: str) -> Iterator[str]:
        if value is not None:
            yield from shape(value, where)

    return check


def list_of(shape: Shape) -> Shape:
    """Return the shape of a list of values of one shape."""

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where} is {shown(value)}, not a list"
            return
        for index, item in enumerate(value):
            yield from shape(item, f"{where}[{index}]")

    return check


def map_of(shape: Shape, names: Shape = text) -> Shape:
    """Return the shape of an object whose names and values have one shape each."""

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where} is {shown(value)}, not an object"
            return
        for name, item in value.items():
            yield from names(name, f"a name in {where}")
            yield from shape(item, f"{where}[{shown(name)}]")

    return check


def struct(required: Mapping[str, Shape], optional: Optional[Mapping[str, Shape]] = None) -> Shape:
    """Return the shape of an object with these fields.

    Other fields are let through: the specification asks readers to ignore them.
    """

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where or 'the document'} is {shown(value)}, not an object"
            return
        prefix = f"{where}." if where else ""
        for name, shape in {**required, **(optional or {})}.items():
            if name in value:
                yield from shape(value[name], prefix + name)
            elif name in required:
                yield f"{prefix}{name} is missing"

    return check
