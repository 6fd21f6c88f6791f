"""Layouts that are damaged on purpose, and what `validate` finds in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

from strata.layouts.validate import validate
from support.oci.layouts import ExampleLayout, write_example

ZEROS = "0" * 64


def found(root: Path) -> list[str]:
    return [str(finding) for finding in validate(root)]


def damaged(root: Path, **changes: Any) -> tuple[ExampleLayout, list[str]]:
    layout = write_example(root, **changes)
    return layout, found(root)


def put(**fields: Any) -> Callable[[Any], Any]:
    return lambda value: {**value, **fields}


def without(name: str) -> Callable[[Any], Any]:
    return lambda value: {key: item for key, item in value.items() if key != name}


def put_in_first(field: str, **fields: Any) -> Callable[[Any], Any]:
    return lambda value: {**value, field: [{**value[field][0], **fields}, *value[field][1:]]}
