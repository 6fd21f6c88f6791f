"""The arrows between the parts of the plugin, and from it to the library: a forbidden import fails here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pants_strata import register

ROOT = Path(register.__file__).parent

# Higher ones may import lower ones and their like, never the other way round.
_RANKS = {"register": 3, "dependency_inference": 2, "goals": 2, "util_rules": 1}

# What rules plan with. The library's other parts write bytes or read from outside, in processes of their own.
_PLANNING = {
    "attest",
    "audit",
    "bases",
    "check",
    "debian",
    "diff",
    "errors",
    "image_tests",
    "interpreters",
    "lint",
    "locks",
    "oci",
    "plan",
    "protocol",
    "report",
    "standalone",
}


# Where the files of a venv lie in an image.
_PATHS = "strata.wheels.image_venv."

# What names an image in a registry.
_REFERENCE = "strata.registry.reference."

# What options can change.
_LIMITS = ("strata.wheels.limits", "strata.fetch.limits")

# Which of the files that an image places are shared libraries.
_LOADER = "strata.libraries.loader."

# An error names the wheel that the user has.
_VERSION = "strata.__version__"


def modules() -> Iterator[tuple[str, Path]]:
    """The name below the plugin → the file, without tests and what only they use."""
    for file in sorted(ROOT.rglob("*.py")):
        if not file.name.endswith("_test.py") and not file.name.startswith("example_"):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts), file


def imports(file: Path) -> Iterator[str]:
    """Names of imported modules; `from package import name` may name a module or something in one."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rank(module: str) -> int:
    return _RANKS.get(module.split(".")[0], 0)


@pytest.mark.parametrize("module, file", list(modules()), ids=lambda item: item if isinstance(item, str) else "")
def test_arrows(module: str, file: Path) -> None:
    prefix = "pants_strata."
    higher = [name for name in imports(file) if name.startswith(prefix) and rank(name[len(prefix) :]) > rank(module)]
    assert higher == []


def test_all_parts_are_seen() -> None:
    assert {rank(module) for module, _ in modules()} == {0, 1, 2, 3}


def test_only_the_engine_module_asks_the_engine() -> None:
    """Pants 2.32 has no `Get`: another version of that one module serves there."""
    found = {
        module
        for module, file in modules()
        for name in imports(file)
        if name in ("pants.engine.rules.Get", "pants.engine.rules.MultiGet", "pants.engine.internals.selectors.Get")
    }
    assert found == {"engine.get_api"}


def test_rules_plan_and_the_library_writes_bytes() -> None:
    found = {
        (module, name)
        for module, file in modules()
        for name in imports(file)
        if name.startswith("strata.")
        and name.split(".")[1] not in _PLANNING
        and not name.startswith((_PATHS, _REFERENCE, _LOADER, _VERSION, *_LIMITS))
    }
    assert found == {("library_slice", "strata.verbs.VERBS"), ("library_slice", "strata.verbs.protocol")}
