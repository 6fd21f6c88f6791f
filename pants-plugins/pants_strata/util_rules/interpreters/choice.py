"""Which `python_interpreter` an image, or a venv, runs on.

The nearest statement decides: the field `interpreter` of the image, then of its venv; `[strata].interpreter`; the
nearest `.python-version`; the constraints of the resolve; and last the CPython that comes with Strata. No process.
Errors: statements of the repository as a whole that contradict each other; a version that does not come with Strata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.python_version import Today, WantedPython
from pants_strata.subsystem import DebianSubsystem, EndOfLife, StrataSubsystem
from pants_strata.target_types import ImageInterpreterField, InterpreterField, VenvResolveField
from pants_strata.target_types.defaults import INTERPRETER, interpreter_of
from pants_strata.util_rules.interpreters.python_version import check_supported, version_above, wanted_python
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.venvs.resolves import constraints_of
from strata.debian.shipped import RELEASES
from strata.errors import StrataError
from strata.errors import pythons as errors
from strata.interpreters.availability import SOURCES, who_has
from strata.interpreters.debian_versions import is_of
from strata.interpreters.shipped import PYTHONS, STANDALONE_ONLY, shipped_version
from strata.interpreters.support import check_known
from strata.locks.interpreter_constraints import allow_python

_OPTION = "[strata].interpreter"


@dataclass(frozen=True)
class Settings:
    """What decides beside the targets."""

    strata: StrataSubsystem
    debian: DebianSubsystem
    python: PythonSetup
    today: Today


async def image_interpreter(image: Target, venv: Target, settings: Settings) -> Address:
    """Return the address of an image's interpreter. Raise StrataError for a wrong one, and for a contradiction."""
    field = image[ImageInterpreterField]
    if field.named:
        return await artifact_address(field, None, _OPTION)
    return await _interpreter(venv, image.address, settings)


async def venv_interpreter(venv: Target, settings: Settings) -> Address:
    """Return the address of the interpreter of a venv that is in no image. Raise StrataError as for an image."""
    return await _interpreter(venv, venv.address, settings)


async def _interpreter(venv: Target, owner: Address, settings: Settings) -> Address:
    strata, debian, python = settings.strata, settings.debian, settings.python
    field = venv[InterpreterField]
    if field.value:
        return await artifact_address(field, None, _OPTION)
    try:
        file = await version_above(owner.spec_path)
        if strata.interpreter != INTERPRETER.spec:
            address = await artifact_address(field, strata.interpreter, _OPTION)
            if file is not None:
                await _check_agreement(file, address, debian)
            return address
        default = await engine.target(INTERPRETER)
        if file is not None:
            if strata.end_of_life is EndOfLife.error:  # the rule of the interpreter warns
                check_supported(file, strata, settings.today.day, owner)
            _check_constraints(file, venv, python)
            return _with_version(file, (await wanted_python(default, debian)).feature)
        return _within_constraints(venv, python, (await wanted_python(default, debian)).feature)
    except StrataError as mistake:
        raise mistake.at(str(owner)) from None


async def check_version_file(image: Target, venv: Target, interpreter: Interpreter) -> None:
    """Raise StrataError where the nearest `.python-version` asks for another patch version than the image gets."""
    if image[ImageInterpreterField].value or venv[InterpreterField].value:
        return
    file = await version_above(image.address.spec_path)
    if file is not None and not is_of(interpreter.version, file.version):
        raise errors.version_file_disagrees(
            file.origin, file.version, str(interpreter.address), interpreter.version
        ).at(str(image.address))


async def _check_agreement(file: WantedPython, address: Address, debian: DebianSubsystem) -> None:
    """Raise StrataError where the file and the interpreter of the option have different feature versions."""
    wanted = await wanted_python(await engine.target(address), debian)
    if wanted.feature != file.feature:
        raise errors.version_file_disagrees(
            file.origin, file.version, f"{address}, of the option `{_OPTION}`", wanted.version
        )


def _with_version(file: WantedPython, default: str) -> Address:
    """Return the interpreter of a version that comes with Strata."""
    check_known(file.version)
    if file.feature == default:
        return INTERPRETER
    if file.feature not in PYTHONS:
        raise errors.version_does_not_come_along(
            file.version, file.origin, [str(source) for source in SOURCES], who_has(file.version)
        )
    return interpreter_of(file.feature)


def _within_constraints(venv: Target, python: PythonSetup, default: str) -> Address:
    """Return the default interpreter where the constraints of the venv's resolve allow it, or else the newest allowed.

    Debian's come first, as the default is one of them. Where none is allowed, the default is returned: the error of the
    resolve names both.
    """
    found = _constraints(venv, python)
    if found is None:
        return INTERPRETER
    option, constraints = found
    for version in (default, *reversed(tuple(RELEASES)), *reversed(STANDALONE_ONLY)):
        if version in PYTHONS and allow_python(constraints, shipped_version(version), option):
            return INTERPRETER if version == default else interpreter_of(version)
    return INTERPRETER


def _check_constraints(file: WantedPython, venv: Target, python: PythonSetup) -> None:
    """Raise StrataError where the constraints of the venv's resolve exclude the version of a file."""
    found = _constraints(venv, python)
    if found is None:
        return
    option, constraints = found
    is_feature = file.version == file.feature
    version = shipped_version(file.feature) if is_feature and file.feature in PYTHONS else file.version
    if not allow_python(constraints, version, option):
        name = str(venv[VenvResolveField].value)
        raise errors.constraints_exclude_version_file(name, option, constraints, file.origin, file.version)


def _constraints(venv: Target, python: PythonSetup) -> Optional[tuple[str, tuple[str, ...]]]:
    name = venv[VenvResolveField].value
    return constraints_of(name, python) if name else None
