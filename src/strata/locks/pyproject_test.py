from __future__ import annotations

import pytest

from strata.errors import StrataError
from strata.locks.pyproject import group_names, read_pyproject
from strata.locks.toml_table import read_toml


def groups(text: str) -> dict[str, list[str]]:
    found = read_pyproject(read_toml(text, "pyproject.toml")).groups
    return {name: [str(one) for one in requirements] for name, requirements in found.items()}


def test_a_project() -> None:
    found = read_pyproject(
        read_toml(
            """
[project]
name = "My_App"
requires-python = ">=3.9"
dependencies = ["click>=8"]
[project.optional-dependencies]
Big_One = ["h11"]
""",
            "pyproject.toml",
        )
    )
    assert (found.name, found.python) == ("my-app", ">=3.9")
    assert [str(one) for one in found.dependencies] == ["click>=8"]
    assert {name: [str(one) for one in requirements] for name, requirements in found.extras.items()} == {
        "big-one": ["h11"]
    }


def test_nothing() -> None:
    found = read_pyproject(read_toml("", "pyproject.toml"))
    assert (found.name, found.python, found.dependencies, found.extras, found.groups) == ("", "", (), {}, {})


def test_groups_include_groups() -> None:
    text = '[dependency-groups]\nall = ["a", {include-group = "X_y"}]\nx-Y = ["b"]\n'
    assert groups(text) == {"all": ["a", "b"], "x-y": ["b"]}
    assert group_names(read_toml(text, "")) == ("all", "x-y")


def test_groups_for_some_pythons() -> None:
    text = """
[dependency-groups]
all = ["a", {include-group = "x"}]
x = ["b; os_name == 'nt' or os_name == 'posix'"]
[tool.uv]
dev-dependencies = ["c"]
[tool.uv.dependency-groups]
x = {requires-python = ">=3.12"}
"""
    limited = 'b; python_full_version >= "3.12" and (os_name == "nt" or os_name == "posix")'
    assert groups(text) == {"all": ["a", limited], "x": [limited], "dev": ["c"]}


WHERE_WRITTEN = "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."


@pytest.mark.parametrize(
    "text, message",
    [
        (
            'a = [{include-group = "b"}]\nb = [{include-group = "a"}]',
            "pyproject.toml: the dependency group a includes itself.\n"
            "Fix: take one `include-group` out of [dependency-groups].",
        ),
        (
            'a = [{include-group = "b"}]',
            "pyproject.toml: the dependency group a includes b, which does not exist.\n"
            "Fix: correct the `include-group` in [dependency-groups].",
        ),
        (
            "a = [1]",
            "pyproject.toml: dependency-groups.a is not a list of requirements and include-groups.\n"
            "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it.",
        ),
        ('a = ["b=1"]', f"pyproject.toml: this is not a requirement (PEP 508).\nFound:\n  b=1\n{WHERE_WRITTEN}"),
        (
            'a = ["b"]\n[tool.uv.dependency-groups]\na = {requires-python = "3"}',
            f"pyproject.toml: this is not a range of versions.\nFound:\n  3\n{WHERE_WRITTEN}",
        ),
    ],
)
def test_groups_that_are_wrong(text: str, message: str) -> None:
    with pytest.raises(StrataError) as refused:
        groups(f"[dependency-groups]\n{text}")
    assert str(refused.value) == message
