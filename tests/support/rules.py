"""A repository for tests of rules: Pants with this plugin, whose processes are not run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.backend.python.macros.python_artifact import PythonArtifact
from pants.core import register as core
from pants.engine.internals.parametrize import Parametrize
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import RuleRunner

from pants_strata import register
from strata.errors import StrataError

OPTIONS = ("--python-enable-resolves=false", "--source-root-patterns=['/', '/src']", "--python-infer-use-rust-parser")

# Most of the time that a graph of rules takes goes into these, which can be combined in many ways: the build server
# protocol, and `pex_binary`.
_UNASKED = (
    "pants.bsp.",
    "pants.backend.python.goals.package_pex_binary",
    "pants.backend.python.goals.run_pex_binary",
)


def pants_rules() -> list[Any]:
    """Return the rules of Pants and of its backend for Python, without those that no test asks for."""
    rules = [*core.rules(), *python.rules()]  # type: ignore[no-untyped-call]
    return [rule for rule in rules if not _home(rule).startswith(_UNASKED)]


def _home(rule: Any) -> str:
    """Return the module that a rule stands in; of a member of a union, that of its class."""
    defined: Any = getattr(rule, "union_member", None) or getattr(rule, "func", rule)
    return str(defined.__module__)


def repository(rules: Iterable[Any]) -> RuleRunner:
    """A new repository; `rules` are the queries of the test. To make one takes seconds: a module of tests shares it."""
    return RuleRunner(
        rules=[*pants_rules(), *register.rules(), *rules],
        target_types=[
            *core.target_types(),  # type: ignore[no-untyped-call]
            *python.target_types(),  # type: ignore[no-untyped-call]
            *register.target_types(),
        ],
        objects={"parametrize": Parametrize, "python_artifact": PythonArtifact},
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
