"""A repository for tests of rules: Pants with this plugin, whose processes are not run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.core import register as core
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import RuleRunner

from pants_strata import register
from strata.errors import StrataError

OPTIONS = ("--python-enable-resolves=false", "--source-root-patterns=['/', '/src']", "--python-infer-use-rust-parser")


def repository(rules: Iterable[Any]) -> RuleRunner:
    """A new repository; `rules` are the queries of the test. To make one takes seconds: a module of tests shares it."""
    return RuleRunner(
        rules=[*core.rules(), *python.rules(), *register.rules(), *rules],  # type: ignore[no-untyped-call]
        target_types=[*python.target_types(), *register.target_types()],  # type: ignore[no-untyped-call]
    )


def write(runner: RuleRunner, files: Mapping[str, str], *options: str, env: Mapping[str, str] | None = None) -> None:
    """Adds files, and sets the options that hold from now on."""
    runner.write_files(files)
    runner.set_options([*OPTIONS, *options], env={"PATH": os.environ["PATH"], **(env or {})})


def message(runner: RuleRunner, output: type[Any], *inputs: Any) -> str:
    """The error that a request ends with, without the engine's traceback."""
    with pytest.raises(ExecutionError) as caught:
        runner.request(output, inputs)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, StrataError), error
    return str(error)
