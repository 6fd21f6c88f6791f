from __future__ import annotations

from typing import Callable

import pytest

from strata.errors import StrataError
from strata.locks.toml_table import Table, read_toml

DAMAGED = "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it."


def test_what_is_missing_is_empty() -> None:
    table = read_toml("", "uv.lock")
    assert (table.flag("a"), table.texts("a"), table.tables("a"), table.items("a")) == (False, (), (), ())
    assert list(table.table("a")) == []
    assert table.text("a", "b") == "b"


@pytest.mark.parametrize(
    "read, message",
    [
        (lambda table: table.text("missing"), "missing is not a string"),
        (lambda table: table.text("number"), "number is not a string"),
        (lambda table: table.flag("number"), "number is not true or false"),
        (lambda table: table.texts("mixed"), "mixed is not a list of strings"),
        (lambda table: table.table("number"), "number is not a table"),
        (lambda table: table.tables("mixed"), "mixed is not a list of tables"),
        (lambda table: table.items("number"), "number is not a list"),
        (lambda table: table.tables("list")[1].table("inner").text("name"), "list[1].inner.name is not a string"),
    ],
)
def test_what_is_of_another_type(read: Callable[[Table], object], message: str) -> None:
    table = read_toml('number = 1\nmixed = [1, "a"]\nlist = [{}, {inner = {name = 1}}]', "uv.lock")
    with pytest.raises(StrataError) as refused:
        read(table)
    assert str(refused.value) == f"uv.lock: {message}.\n{DAMAGED}"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("<<<<<<< HEAD", "Invalid statement (at line 1, column 1)"),
        ("a = " + "[" * 10000, "it is nested too deeply"),
    ],
)
def test_what_is_no_toml(text: str, problem: str) -> None:
    with pytest.raises(StrataError) as refused:
        read_toml(text, "uv.lock")
    assert str(refused.value) == f"uv.lock is not TOML.\nFound:\n  {problem}\n{DAMAGED}"
