"""The code in documents is what Pants, Python and other programs read. Commands have a test of their own."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml
from pants.engine.addresses import Address
from pants.engine.internals.parametrize import _TargetParametrizations, _TargetParametrizationsRequest
from pants.engine.rules import QueryRule
from pants.option.option_types import collect_options_info
from pants.option.subsystem import Subsystem
from pants.testutil.rule_runner import RuleRunner

from documentation.blocks import CodeBlock, code_blocks
from documentation.write_reference import subsystems
from support.rules import repository, write

PAGES = [*sorted(Path().glob("*.md")), *sorted(Path("docs").rglob("*.md"))]
BLOCKS = list(code_blocks(PAGES))
# Shown to be read: a change, and the file that somebody comes from.
PROSE = {"diff", "dockerfile", "ini", ""}
# tests/repository types these, and tests/distribution those of the tutorial.
COMMANDS = {"console"}
# A block may show several BUILD files, each below its name.
_FILE = re.compile(r"^# [\w/]*BUILD\n", re.MULTILINE)


def of(language: str) -> list[CodeBlock]:
    return [block for block in BLOCKS if block.language == language]


def targets(text: str) -> Iterator[tuple[str, str]]:
    """Yield type and name of each target that a BUILD file declares, with that of the folder where it gives none."""
    for statement in ast.parse(text).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.func.id.startswith("__"):
            names = [each.value for each in call.keywords if each.arg == "name"]
            yield call.func.id, str(ast.literal_eval(names[0])) if names else "block"


def is_build_file(block: CodeBlock) -> bool:
    """Tell by what no BUILD file may have: imports."""
    return not any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in ast.parse(block.text).body)


@pytest.fixture(scope="module")
def pants() -> RuleRunner:
    return repository([QueryRule(_TargetParametrizations, [_TargetParametrizationsRequest])])


def test_each_language_is_known() -> None:
    assert {block.language for block in BLOCKS} == {"python", "toml", "yaml", "json", *COMMANDS, *PROSE}


@pytest.mark.parametrize("block", [each for each in of("python") if is_build_file(each)], ids=str)
def test_pants_reads_the_targets(block: CodeBlock, pants: RuleRunner) -> None:
    """With all of their fields, as they stand in a BUILD file."""
    for text in filter(None, _FILE.split(block.text)):
        files = {f"src/block/{name}": "" for name in ("requirements.in", "requirements.txt")}
        write(pants, {**files, "src/block/BUILD": text})
        found = list(targets(text))
        assert found or "__defaults__" in text
        for alias, name in found:
            address = Address("src/block", target_name=name)
            if "parametrize(" in text:
                request = _TargetParametrizationsRequest(address, description_of_origin="the test")
                family = pants.request(_TargetParametrizations, [request])
                assert {each.alias for each in family.parametrizations.values()} == {alias}
            else:
                assert pants.get_target(address).alias == alias


@pytest.mark.parametrize("block", [each for each in of("python") if not is_build_file(each)], ids=str)
def test_python_reads_the_modules(block: CodeBlock) -> None:
    compile(block.text, str(block), "exec")


def _options(subsystem: type[Subsystem]) -> Iterator[str]:
    for option in collect_options_info(subsystem):
        yield option.flag_names[-1].lstrip("-").replace("-", "_")


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_the_options_exist(block: CodeBlock) -> None:
    options = {str(each.options_scope): set(_options(each)) for each in subsystems()}
    for name, table in tomli.loads(block.text).items():
        if name in options:
            assert set(table) <= options[name], f"[{name}] has no such option"
        else:
            assert not name.startswith("strata") or name == "strata", name


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json(block: CodeBlock) -> None:
    decoder, text = json.JSONDecoder(), block.text.strip()
    text = f"{{{text}}}" if text.startswith('"') else text
    while text:
        _, end = decoder.raw_decode(text)
        text = text[end:].lstrip(" \n…,")


def scripts(value: Any) -> Iterator[Any]:
    """Yield the commands in a file for CI: what stands below `run`, `script` or `before_script`, a line each."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in ("run", "script", "before_script"):
                yield from each if isinstance(each, list) else each.splitlines()
            else:
                yield from scripts(each)
    elif isinstance(value, list):
        for each in value:
            yield from scripts(each)


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml(block: CodeBlock) -> None:
    """Tags are those of the programs that read a file."""
    assert isinstance(yaml.compose(block.text), yaml.Node)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("page", ["docs/how-to/github-actions.md", "docs/how-to/gitlab-ci.md"])
def test_ci_checks_builds_and_publishes(page: str) -> None:
    (block,) = (each for each in of("yaml") if each.page == page)
    commands = list(scripts(yaml.safe_load(block.text)))
    # A command with a colon in it is a text only in quotes.
    assert all(isinstance(each, str) for each in commands)
    assert [each for each in commands if each.startswith("pants ")] == [
        "pants lint test package ::",
        "pants publish ::",
    ]
