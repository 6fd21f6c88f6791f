"""A repository for tests of rules: Pants with this plugin, whose processes are not run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.core import register as core
from pants.engine.internals.parametrize import Parametrize
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import RuleRunner

from pants_strata import register
from strata.errors import StrataError

OPTIONS = ("--python-enable-resolves=false", "--source-root-patterns=['/', '/src']", "--python-infer-use-rust-parser")


def repository(rules: Iterable[Any]) -> RuleRunner:
    """A new repository; `rules` are the queries of the test. To make one takes seconds: a module of tests shares it."""
    return RuleRunner(
        rules=[*core.rules(), *python.rules(), *register.rules(), *rules],  # type: ignore[no-untyped-call]
        target_types=[
            *core.target_types(),  # type: ignore[no-untyped-call]
            *python.target_types(),  # type: ignore[no-untyped-call]
            *register.target_types(),
        ],
        objects={"parametrize": Parametrize},
    )


def write(runner: RuleRunner, files: Mapping[str, str], *options: str, env: Mapping[str, str] | None = None) -> None:
    """Adds files, and sets the options that hold from now on; of one named twice the last value holds."""
    runner.write_files(files)
    given = {option.partition("=")[0]: option for option in (*OPTIONS, *options)}
    runner.set_options(list(given.values()), env={"PATH": os.environ["PATH"], **(env or {})})


def message(runner: RuleRunner, output: type[Any], *inputs: Any) -> str:
    """The error that a request ends with, without the engine's traceback."""
    with pytest.raises(ExecutionError) as caught:
        runner.request(output, inputs)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, StrataError), error
    return str(error)
