"""Wheels built from source distributions, one cached process for each, on the interpreter.

Inputs of a build: the sdist, the wheels of `build_lockfile`, the installer as the front end, the interpreter. Nothing
else is in the key, so the wheel is cached as a fetched one is.
Errors: a lock of build requirements that is missing or damaged; those of builds (strata.errors.sdists).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from packaging.utils import canonicalize_name
from pants.engine.fs import Digest
from pants.engine.process import Process
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts import Installer, Interpreter
from pants_strata.library_process import RESULT, failure, on_interpreter, sandbox_installer, sandbox_interpreter
from pants_strata.target_types import VenvAllowSdistsField, VenvBuildLockfileField
from pants_strata.util_rules.wheels import FetchedWheels, fetch_wheels
from strata.errors import StrataError
from strata.errors import sdists as errors
from strata.plan.environment import marker_environment, wheel_tags
from strata.plan.interpreter import feature_version
from strata.plan.requirements import LockedRequirement, read_requirements, select

_logger = logging.getLogger(__name__)

_INSTALLER = ".installer"
_REQUIREMENTS = "requirements"
_FILES = "files"


async def with_built_wheels(
    target: Target,
    requirements: Sequence[LockedRequirement],
    fetched: FetchedWheels,
    interpreter: Interpreter,
    installer: Installer,
) -> FetchedWheels:
    """The same wheels, with one built of each source distribution among them in its place."""
    sdists = [(item, file) for item, file in zip(requirements, fetched.files) if not file.endswith(".whl")]
    if not sdists:
        return fetched
    locked = await _build_requirements(target, interpreter)
    tags = wheel_tags(interpreter.version, interpreter.glibc, interpreter.platform)
    needed = await fetch_wheels(
        locked,
        tags,
        python=feature_version(interpreter.version),
        platform=str(interpreter.platform),
        where=str(target.address),
    )
    processes = [
        await _build(item, file, fetched.digest, locked, needed, interpreter, installer) for item, file in sdists
    ]
    built, digests = {}, []
    for (item, file), process, result in zip(sdists, processes, await engine.execute_all(processes)):
        error = failure(result, process.description)
        if error is not None:
            raise error.at(str(target.address))
        fields = json.loads((await engine.contents(await engine.only(result.output_digest, [RESULT])))[RESULT])
        if fields["differing"]:
            release = f"{item.name} {item.version}"
            _logger.warning(errors.not_reproducible(str(target.address), release, fields["differing"]))
        built[file] = fields["name"]
        wheel = await engine.only(result.output_digest, [f"{_FILES}/*"])
        digests.append(await engine.without_prefix(_FILES, wheel))
    wheels = await engine.only(fetched.digest, [file for file in fetched.files if file not in built])
    return FetchedWheels(await engine.merge([wheels, *digests]), tuple(built.get(file, file) for file in fetched.files))


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
    requirement: LockedRequirement,
    file: str,
    sdists: Digest,
    locked: Sequence[LockedRequirement],
    needed: FetchedWheels,
    interpreter: Interpreter,
    installer: Installer,
) -> Process:
    release = f"{requirement.name} {requirement.version}"
    return await on_interpreter(
        interpreter,
        "build-wheel",
        {
            "interpreter": sandbox_interpreter(interpreter),
            "installer": sandbox_installer(installer, _INSTALLER),
            "sdist": {"name": requirement.name, "version": requirement.version, "path": file},
            "requirements": [
                {"name": item.name, "version": item.version, "path": f"{_REQUIREMENTS}/{wheel}"}
                for item, wheel in zip(locked, needed.files)
            ],
        },
        inputs=await engine.only(sdists, [file]),
        large_inputs={_INSTALLER: installer.digest, _REQUIREMENTS: needed.digest},
        outputs=_FILES,
        description=f"Build a wheel of {release} with {installer.tool} {installer.version}",
    )


def allowed_sdists(target: Target) -> frozenset[str]:
    """The names of the projects that may be built, in their normal form."""
    return frozenset(canonicalize_name(name) for name in target[VenvAllowSdistsField].value or ())
