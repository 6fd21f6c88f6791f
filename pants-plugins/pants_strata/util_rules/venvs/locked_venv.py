"""A `python_venv` as its lock has it: the releases that its groups, extras and the platform's markers choose.

Inputs: the lock, its `pyproject.toml`, the interpreter, the lock of the base. No process: locks are read by the plan.
Errors: a missing or damaged lock, one that is out of date, an address of a wrong type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    InstallerField,
    VenvExtrasField,
    VenvGroupsField,
    VenvLockfileField,
    VenvResolveField,
)
from pants_strata.util_rules.interpreters.choice import Settings, venv_interpreter
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.venvs.c_library import c_library_of
from pants_strata.util_rules.venvs.resolves import check_interpreter, lockfile_of
from strata.errors import StrataError
from strata.errors import resolves as resolve_errors
from strata.errors.package_locks import requirements as errors
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.formats import only_lock
from strata.locks.reader import pyproject_path, read_lock
from strata.locks.requirements import LockedRequirement
from strata.oci.platform import Platform


async def read_requirements_of(
    target: Target, interpreter: Interpreter, tags: tuple[str, ...], python: PythonSetup
) -> tuple[LockedRequirement, ...]:
    """Return the requirements of a lock that apply to an interpreter and a platform."""
    try:
        if target[VenvResolveField].value:
            path, files = await _lock_of_resolve(target, interpreter, python)
        else:
            path, files = await _lock_file(target[VenvLockfileField])
        return read_lock(
            files[path],
            files.get(pyproject_path(path)),
            path,
            groups=tuple(target[VenvGroupsField].value or ()),
            extras=tuple(target[VenvExtrasField].value or ()),
            environment=marker_environment(interpreter.version, interpreter.platform),
            tags=tags,
        )
    except StrataError as error:
        raise error.at(str(target.address)) from None


async def _lock_file(field: VenvLockfileField) -> tuple[str, Mapping[str, str]]:
    """Return the path of the lock that a venv names, and the text of each file that it names."""
    files = await _texts(field.paths)
    if field.missing(files):
        raise errors.lock_missing(field.missing(files)[0])
    return only_lock(files), files


async def _lock_of_resolve(
    target: Target, interpreter: Interpreter, python: PythonSetup
) -> tuple[str, Mapping[str, str]]:
    """Return the path of the lock of a venv's resolve, and the text of it and of a pyproject.toml beside it."""
    name, named = target[VenvResolveField].value, target[VenvLockfileField]
    assert name is not None
    if named.value and named.value != named.default:
        raise resolve_errors.lockfile_and_resolve(named.value, name)
    path = lockfile_of(name, python)
    files = await _texts([path, pyproject_path(path)])
    if path not in files:
        raise resolve_errors.not_generated(name, path)
    check_interpreter(name, interpreter, python)
    return path, files


async def _texts(paths: Iterable[str]) -> Mapping[str, str]:
    found = await engine.repository_files(paths)
    return {path: text.decode("utf-8", "replace") for path, text in found.items()}


async def own_lock_request(target: Target, platform: Platform, settings: Settings) -> LockedVenvRequest:
    """Return the request for a venv that is in no image: on its own interpreter, and on the base of that."""
    address = await venv_interpreter(target, settings)
    interpreter = await get_interpreter(InterpreterRequest(address, platform))
    return LockedVenvRequest(target.address, platform, interpreter.base, address)


@rule
async def read_locked_venv(
    request: LockedVenvRequest, strata: StrataSubsystem, debian: DebianSubsystem, python: PythonSetup
) -> LockedVenv:
    """Return what the lock of a venv installs on a platform."""
    target = await engine.target(request.address)
    installer_address = await artifact_address(target[InstallerField], strata.installer, "[strata].installer")
    interpreter = await get_interpreter(InterpreterRequest(request.interpreter, request.platform))
    installer = InstallerRequest(installer_address, request.interpreter)
    c_library = await c_library_of(request.base, interpreter, debian)
    tags = wheel_tags(interpreter.version, c_library.glibc, interpreter.platform)
    requirements = await read_requirements_of(target, interpreter, tags, python)
    return LockedVenv(interpreter, installer, requirements, c_library, tags)


get_locked_venv = engine.asker(read_locked_venv)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
