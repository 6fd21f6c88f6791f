"""Run a rule with answers of the test in the place of other rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pants.engine.internals.native_engine import ProcessExecutionEnvironment
from pants.engine.process import ProcessResultMetadata
from pants.testutil.rule_runner import MockGet, run_rule_with_mocks

Answers = Mapping[tuple[type[Any], type[Any]], Callable[[Any], Any]]
"""(the type of the answer, the type of the request) → a function from the one to the other."""


def origin(source: str = "ran", run: int = 0) -> ProcessResultMetadata:
    """Return what Pants tells of a result: `ran`, `hit_locally` or `hit_remotely`, in a run of Pants."""
    environment = ProcessExecutionEnvironment(
        environment_name=None,
        platform="linux_x86_64",
        docker_image=None,
        remote_execution=False,
        remote_execution_extra_platform_properties=[],
    )
    return ProcessResultMetadata(None, environment, source, run)


def run_mocked(rule: Any, arguments: Sequence[Any], answers: Answers) -> Any:
    """Return what the rule returns. Raise AssertionError where it asks for anything but `answers`.

    So no process runs and no file is read, and a test takes milliseconds.
    """

    def refuse(request: object) -> None:
        raise AssertionError(f"the rule asked for {request}")

    asked = [(get.output_type, *get.input_types) for get in rule.rule.input_gets]
    assert set(answers) <= set(asked), "the rule never asks for some of this"
    mocks: list[MockGet[Any]] = [MockGet(key[0], tuple(key[1:]), answers.get(key, refuse)) for key in asked]
    return run_rule_with_mocks(rule, rule_args=arguments, mock_gets=mocks)
