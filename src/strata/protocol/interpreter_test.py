from __future__ import annotations

import pytest

from strata.protocol.interpreter import SandboxInterpreter

INTERPRETER = SandboxInterpreter("py/ld.so", "py/lib", "py/bin/python3.13", "3.13.5")


@pytest.mark.parametrize("root, before", [("", ""), ("/a sandbox", "/a sandbox/")])
def test_the_command_starts_the_interpreter_through_its_own_loader(root: str, before: str) -> None:
    assert INTERPRETER.command(root) == [
        f"{before}py/ld.so",
        "--inhibit-cache",
        "--library-path",
        f"{before}py/lib",
        f"{before}py/bin/python3.13",
    ]


def test_the_feature_version_is_the_first_two_numbers() -> None:
    assert INTERPRETER.feature_version == "3.13"
