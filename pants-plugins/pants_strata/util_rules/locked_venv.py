"""A `python_venv` as its lock has it: the releases that its groups, extras and the platform's markers choose.

Inputs: the lock, its `pyproject.toml`, the interpreter. No process: locks are read by the plan.
Errors: a missing or damaged lock, one that is out of date, an address of a wrong type.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    InstallerField,
    InterpreterField,
    VenvExtrasField,
    VenvGroupsField,
    VenvLockfileField,
)
from pants_strata.util_rules.interpreter import get_interpreter
from pants_strata.util_rules.lookup import artifact_address
from strata.errors import StrataError
from strata.errors import requirements as errors
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.formats import only_lock
from strata.locks.reader import pyproject_path, read_lock
from strata.locks.requirements import LockedRequirement


async def _requirements(target: Target, interpreter: Interpreter) -> tuple[LockedRequirement, ...]:
    field = target[VenvLockfileField]
    files = {
        path: text.decode("utf-8", "replace") for path, text in (await engine.repository_files(field.paths)).items()
    }
    try:
        if field.missing(files):
            raise errors.lock_missing(field.missing(files)[0])
        path = only_lock(files)
        return read_lock(
            files[path],
            files.get(pyproject_path(path)),
            path,
            groups=tuple(target[VenvGroupsField].value or ()),
            extras=tuple(target[VenvExtrasField].value or ()),
            environment=marker_environment(interpreter.version, interpreter.platform),
            tags=wheel_tags(interpreter.version, interpreter.glibc, interpreter.platform),
        )
    except StrataError as error:
        raise error.at(str(target.address)) from None


@rule
async def read_locked_venv(request: LockedVenvRequest, strata: StrataSubsystem) -> LockedVenv:
    target = await engine.target(request.address)
    interpreter_address = await artifact_address(target[InterpreterField], strata.interpreter, "[strata].interpreter")
    installer_address = await artifact_address(target[InstallerField], strata.installer, "[strata].installer")
    interpreter = await get_interpreter(InterpreterRequest(interpreter_address, request.platform))
    installer = InstallerRequest(installer_address, interpreter_address, request.platform)
    return LockedVenv(interpreter, installer, await _requirements(target, interpreter))


get_locked_venv = engine.asker(read_locked_venv)


def rules() -> Iterable[Rule]:
    return collect_rules()
