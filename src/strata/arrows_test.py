"""The arrows between the parts of the library: a forbidden import fails here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import strata
from strata.verbs import VERBS

ROOT = Path(strata.__file__).parent

# Part → the parts that it may import, besides itself.
ARROWS = {
    "__init__": set(),
    # These two import commands and verbs by name, when one of them is called.
    "__main__": {"errors", "run"},
    "attest": {"debian", "oci", "protocol"},
    "audit": {"errors", "layouts", "oci", "wheels"},
    "bases": {"audit", "debian", "errors", "fetch", "layouts", "libraries", "oci", "protocol", "registry", "wheels"},
    "check": {"debian", "diff", "errors", "interpreters", "layouts", "oci", "protocol", "wheels"},
    "debian": {"errors", "oci", "protocol"},
    "diff": {"attest", "errors", "layouts", "oci"},
    "errors": set(),
    "fetch": {"debian", "errors", "protocol", "standalone", "wheels"},
    "image_tests": {"errors", "layouts", "oci", "protocol", "run"},
    "installers": {"errors", "fetch", "interpreters", "oci", "protocol", "wheels"},
    "interpreters": {"debian", "errors", "oci", "protocol", "standalone", "wheels"},
    "layers": {"audit", "debian", "errors", "interpreters", "libraries", "oci", "protocol", "wheels"},
    "layouts": {"errors", "oci"},
    "lint": {"audit", "interpreters", "plan"},
    "libraries": {"errors", "oci", "protocol", "standalone", "wheels"},
    "locks": {"errors", "oci", "protocol"},
    "oci": {"errors", "protocol"},
    "parallel": set(),
    "pieces": set(),
    "plan": {"errors", "locks", "protocol"},
    "protocol": set(),
    "registry": {"attest", "errors", "layouts", "oci"},
    "report": {"attest", "audit", "diff", "layouts", "plan", "protocol"},
    "run": {"errors", "layouts", "oci"},
    "sign": {"attest", "audit", "errors", "layouts", "oci", "registry"},
    "standalone": {"errors", "oci", "protocol"},
    # The program imports the verbs, and what compiles modules for them.
    "start": {"interpreters", "verbs"},
    # What users' tests import.
    "testing": {"errors", "image_tests", "layouts", "run"},
    "verbs": {"errors"},
    "wheels": {"errors", "oci", "protocol"},
}

# Every part may import these.
LEAVES = {"parallel", "pieces"}


def modules() -> Iterator[tuple[str, Path]]:
    """Part → each file of it, without tests."""
    for file in sorted(ROOT.rglob("*.py")):
        if not file.name.endswith("_test.py"):
            yield file.relative_to(ROOT).with_suffix("").parts[0], file


def imports(file: Path) -> Iterator[str]:
    """Names of imported modules; `from package import name` may name a module or something in one."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_each_part_is_listed() -> None:
    assert set(ARROWS) == {part for part, _ in modules()}


@pytest.mark.parametrize("part", sorted(ARROWS))
def test_arrows(part: str) -> None:
    found = {
        f"{file.relative_to(ROOT)} imports {name}"
        for owner, file in modules()
        if owner == part
        for name in imports(file)
        if name.startswith("strata.") and name.split(".")[1] not in {part, *ARROWS[part], *LEAVES}
    }
    assert found == set()


def test_each_module_of_layers_is_a_verb() -> None:
    found = {file.stem for part, file in modules() if part == "layers"} - {"__init__"}
    assert {f"{name.replace('_', '-')}-layer": f"strata.layers.{name}" for name in found} == {
        verb: module for verb, module in VERBS.items() if module.startswith("strata.layers.")
    }


def test_the_library_never_imports_pants() -> None:
    found = [
        f"{file.relative_to(ROOT)} imports {name}"
        for _, file in modules()
        for name in imports(file)
        if name.split(".")[0] in ("pants", "pants_strata")
    ]
    assert found == []
