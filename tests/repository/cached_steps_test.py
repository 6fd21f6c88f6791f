"""The page of cached steps has every verb, and every field of its request."""

from __future__ import annotations

import importlib
import re
from dataclasses import fields
from pathlib import Path

import pytest

from strata.verbs import VERBS, protocol

PAGE = Path("docs/cached-steps.md").read_text(encoding="utf-8")
DESCRIBED = dict(re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_each_verb_is_described() -> None:
    assert set(DESCRIBED) == set(VERBS)


def test_the_table_lists_the_same() -> None:
    assert set(re.findall(r"^\| \[`([a-z-]+)`\]", PAGE, re.MULTILINE)) == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_each_field_of_a_request_is_described(verb: str) -> None:
    cells = re.findall(r"^\|(.*?)\|", DESCRIBED[verb], re.MULTILINE)
    described = {field for cell in cells for field in re.findall(r"`(\w+)`", cell)}
    assert described == {field.name for field in fields(importlib.import_module(protocol(verb)).Request)}
