from __future__ import annotations

from typing import Optional

import pytest
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.rules import rule
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem

from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    InterpreterField,
    PythonInstallerTarget,
    PythonInterpreterTarget,
)
from pants_strata.util_rules.lookup import artifact_target, default_interpreter
from strata.errors import StrataError
from support.mocked_rules import run_mocked

VENV = Address("src/app", target_name="venv")
CPYTHON, PIP = Address("third", target_name="cpython"), Address("third", target_name="pip")
TARGETS: dict[str, Target] = {
    "third:cpython": PythonInterpreterTarget({}, CPYTHON),
    "third:pip": PythonInstallerTarget({}, PIP),
}


@rule
async def look_up(field: InterpreterField, strata: StrataSubsystem) -> Target:
    return await artifact_target(field, strata.interpreter, "[strata].interpreter")


@rule
async def look_up_default(strata: StrataSubsystem) -> Target:
    return await default_interpreter(strata)


class Engine:
    """Finds the targets by their names, and keeps how they were asked for."""

    def __init__(self) -> None:
        self.asked: list[UnparsedAddressInputs] = []

    def addresses(self, inputs: UnparsedAddressInputs) -> Addresses:
        self.asked.append(inputs)
        return Addresses([TARGETS[inputs.values[0]].address])

    def run(self, rule: object, *arguments: object, option: Optional[str]) -> Target:
        found: Target = run_mocked(
            rule,
            [*arguments, create_subsystem(StrataSubsystem, interpreter=option)],
            {
                (Addresses, UnparsedAddressInputs): self.addresses,
                (WrappedTarget, WrappedTargetRequest): lambda it: WrappedTarget(TARGETS[it.address.spec]),
            },
        )
        return found

    def look_up(self, value: Optional[str], option: Optional[str] = None) -> Target:
        return self.run(look_up, InterpreterField(value, VENV), option=option)


def message(value: Optional[str], option: Optional[str] = None) -> str:
    with pytest.raises(StrataError) as caught:
        Engine().look_up(value, option)
    return str(caught.value)


def test_the_field_comes_before_the_option() -> None:
    engine = Engine()
    assert engine.look_up("third:cpython", "third:pip").address == CPYTHON
    (asked,) = engine.asked
    assert asked.relative_to == VENV.spec_path
    assert asked.description_of_origin == "the `interpreter` field of src/app:venv"


def test_the_option_is_the_default_and_relative_to_the_build_root() -> None:
    engine = Engine()
    assert engine.look_up(None, "third:cpython").address == CPYTHON
    (asked,) = engine.asked
    assert not asked.relative_to
    assert asked.description_of_origin == "the option `[strata].interpreter`"


@pytest.mark.parametrize("option", [None, ""])
def test_neither_is_set(option: Optional[str]) -> None:
    assert message(None, option) == (
        "src/app:venv: No `python_interpreter` is named.\n"
        "Fix: set the `interpreter` field to the address of a `python_interpreter` target, or `[strata].interpreter` "
        "in pants.toml for all."
    )


@pytest.mark.parametrize("value, option", [("third:pip", None), (None, "third:pip")])
def test_a_target_of_another_type(value: Optional[str], option: Optional[str]) -> None:
    assert message(value, option) == (
        "src/app:venv: The `interpreter` field needs a `python_interpreter` target.\n"
        "Found:\n"
        "  third:pip, a `python_installer`\n"
        "Fix: name the address of a `python_interpreter` target."
    )


def test_the_interpreter_of_what_names_none() -> None:
    engine = Engine()
    assert engine.run(look_up_default, option="third:cpython").address == CPYTHON
    assert engine.asked[0].description_of_origin == "the option `[strata].interpreter`"
