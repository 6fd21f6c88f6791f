"""The engine by name against facts about later releases, none of which can be installed from the index.

`rules_by_name.json` was read in the sources of `releases`: for each rule the types of its parameters, and for each name
that a release took away the first release without it.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union

import pytest

from pants_strata import register

ROOT = Path(register.__file__).parent
ENGINE = ROOT / "engine"
FACTS: dict[str, Any] = json.loads(Path(__file__).with_name("rules_by_name.json").read_text())

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def parsed(name: str) -> ast.Module:
    return ast.parse((ENGINE / f"{name}.py").read_text())


def imported(tree: ast.AST) -> dict[str, str]:
    """Name → the module of Pants that it is imported from."""
    return {
        alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pants.")
        for alias in node.names
    }


def rules(tree: ast.AST) -> dict[str, str]:
    """Name → module of what is imported and is no class: rules, but for two functions of the rule API."""
    names = imported(tree).items()
    return {name: module for name, module in names if name.islower() and name not in ("concurrently", "implicitly")}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in rules(tree):
            yield node.func.id, node


def constructed(argument: ast.expr) -> str:
    """The class that an argument is made by, `Type(…)` or `Type.for_file(…)`; empty where it is a variable."""
    if not isinstance(argument, ast.Call):
        return ""
    made = argument.func.value if isinstance(argument.func, ast.Attribute) else argument.func
    return made.id if isinstance(made, ast.Name) and not made.id.islower() else ""


def by_types(call: ast.Call) -> bool:
    """Whether a call has `**implicitly(…)`. Nothing else may be a keyword."""
    if not call.keywords:
        return False
    (keyword,) = call.keywords
    assert keyword.arg is None
    assert isinstance(keyword.value, ast.Call)
    assert isinstance(keyword.value.func, ast.Name)
    return keyword.value.func.id == "implicitly"


def given_implicitly(tree: ast.AST) -> Iterator[ast.expr]:
    """What calls of `implicitly` have: keys of a table of types, or else the argument itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "implicitly":
            yield from node.args


def functions(tree: ast.Module) -> dict[str, Function]:
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_")
    }


def test_the_rules_that_are_called_are_those_of_the_facts() -> None:
    tree = parsed("by_name")
    listed = {name: module for module, rules in FACTS["rules"].items() for name in rules}
    assert rules(tree) == listed
    assert {name for name, _ in calls(tree)} == set(listed)


@pytest.mark.parametrize("name, call", calls(parsed("by_name")), ids=lambda item: item if isinstance(item, str) else "")
def test_a_call_gives_what_the_rule_takes(name: str, call: ast.Call) -> None:
    parameters = FACTS["rules"][imported(parsed("by_name"))[name]][name]
    assert len(call.args) <= len(parameters)
    for argument, parameter in zip(call.args, parameters):
        assert constructed(argument) in ("", parameter)
    assert by_types(call) == (len(call.args) < len(parameters))


def test_the_type_of_what_is_given_implicitly_stands_there() -> None:
    """Pants' rule visitor does not know the type of a variable."""
    given = list(given_implicitly(parsed("by_name")))
    assert given
    assert all(isinstance(each, ast.Dict) or constructed(each) for each in given)


def test_both_engines_have_the_same_functions() -> None:
    """The asker alone has another type: what it gives is awaited, and nothing else is done with it."""
    get_api, by_name = functions(parsed("get_api")), functions(parsed("by_name"))
    assert set(get_api) == set(by_name)
    for name in set(get_api) - {"asker"}:
        one, other = get_api[name], by_name[name]
        assert ast.dump(one.args) == ast.dump(other.args), name
        assert ast.dump(one.returns or ast.Pass()) == ast.dump(other.returns or ast.Pass()), name
        assert ast.get_docstring(one) == ast.get_docstring(other), name


@pytest.mark.parametrize("engine", ["get_api", "by_name"])
def test_an_engine_offers_all_its_functions(engine: str) -> None:
    tree = parsed(engine)
    (offered,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    )
    assert offered == sorted({*functions(tree), "concurrently"})


def test_nothing_that_a_release_took_away_is_used_elsewhere() -> None:
    used = {
        (str(file.relative_to(ROOT)), f"{module}.{name}")
        for file in ROOT.rglob("*.py")
        if not file.name.endswith("_test.py")
        for name, module in imported(ast.parse(file.read_text())).items()
    }
    gone = {(file, name) for file, name in used if name in FACTS["gone"]}
    assert gone == {
        ("engine/get_api.py", "pants.engine.rules.Get"),
        ("engine/get_api.py", "pants.engine.rules.MultiGet"),
    }
