"""Wheels built from source distributions, one cached process for each, on the interpreter.

Inputs of a build: the sdist, the wheels of `build_lockfile`, the installer as the front end, the interpreter. Nothing
else is in the key, so the wheel is cached as a fetched one is. It is built for the machine that builds: an image for
another platform takes it only if it is for all of them.
Errors: a lock of build requirements that is missing or damaged; those of builds (strata.errors.builds).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name
from pants.engine.target import Target
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.installer import InstallerRequest, PreparedInstaller, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreter, Interpreter
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.library_process import Step, answers, on_interpreter, sandbox_installer, sandbox_interpreter
from pants_strata.target_types import VenvAllowSdistsField, VenvBuildLockfileField
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for
from pants_strata.util_rules.venvs.c_library import own_c_library
from pants_strata.util_rules.venvs.wheels import fetch_wheels, merged, named
from strata.errors import StrataError
from strata.errors import builds as errors
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.requirements import LockedRequirement, read_requirements, select
from strata.protocol import build_wheel
from strata.protocol.interpreter import feature_version

_logger = logging.getLogger(__name__)

_INSTALLER = ".installer"
_REQUIREMENTS = "requirements"
_FILES = "files"


async def with_built_wheels(
    target: Target, wheels: Sequence[LockedWheel], interpreter: Interpreter, installer: InstallerRequest
) -> tuple[LockedWheel, ...]:
    """Return the same wheels, with one built of each source distribution among them in its place."""
    sdists = [wheel for wheel in wheels if wheel.is_sdist]
    if not sdists:
        return tuple(wheels)
    builder = await build_interpreter_for(interpreter)
    own = builder.interpreter
    needed = await fetch_wheels(
        await _build_requirements(target, own),
        wheel_tags(own.version, own.glibc, own.platform),
        python=feature_version(own.version),
        platform=str(own.platform),
        c_library=own_c_library(own),
        where=target.address,
    )
    tool = await get_prepared_installer(PreparedInstallerRequest(installer))
    steps = [await _build(sdist, needed, builder, tool) for sdist in sdists]
    built = {}
    for sdist, answered in zip(sdists, await answers(steps)):
        wheel = answered.value_for(target.address)
        release = f"{sdist.name} {sdist.version}"
        # The last tag names the platform (PEP 427).
        if interpreter.platform != own.platform and not wheel.name.endswith("-any.whl"):
            found = (release, wheel.name, str(own.platform), str(interpreter.platform))
            raise errors.built_for_this_machine(*found).at(str(target.address))
        if wheel.differing:
            _logger.warning(errors.not_reproducible(str(target.address), release, wheel.differing))
        file = await engine.without_prefix(_FILES, await engine.only(answered.files, [f"{_FILES}/*"]))
        built[sdist.name] = LockedWheel.of((sdist.name, sdist.version), wheel.name, file, wheel, built_from=sdist)
    return tuple(built.get(wheel.name, wheel) for wheel in wheels)


async def _build_requirements(target: Target, interpreter: Interpreter) -> tuple[LockedRequirement, ...]:
    field = target[VenvBuildLockfileField]
    if not field.value:
        return ()
    files = await engine.repository_files([field.path])
    try:
        if field.path not in files:
            raise errors.build_lock_missing(field.path)
        locked = read_requirements(files[field.path].decode("utf-8", "replace"), field.path)
        return select(locked, marker_environment(interpreter.version, interpreter.platform), field.path)
    except StrataError as error:
        raise error.at(str(target.address)) from None


async def _build(
    sdist: LockedWheel, needed: Sequence[LockedWheel], interpreter: BuildInterpreter, prepared: PreparedInstaller
) -> Step[build_wheel.Result]:
    installer = prepared.installer
    return await on_interpreter(
        interpreter,
        build_wheel.Request(
            interpreter=sandbox_interpreter(interpreter),
            installer=sandbox_installer(prepared, _INSTALLER),
            sdist=build_wheel.Sdist(sdist.name, sdist.version, Path(sdist.file)),
            requirements=named(needed, _REQUIREMENTS),
        ),
        inputs=sdist.digest,
        large_inputs={_INSTALLER: prepared.digest, _REQUIREMENTS: await merged(needed)},
        outputs=_FILES,
        description=f"Build a wheel of {sdist.name} {sdist.version} with {installer.tool} {installer.version}",
        level=LogLevel.INFO,
    )


def allowed_sdists(target: Target) -> frozenset[str]:
    """Return the names of the projects that may be built, in their normal form."""
    return frozenset(canonicalize_name(name) for name in target[VenvAllowSdistsField].value or ())
