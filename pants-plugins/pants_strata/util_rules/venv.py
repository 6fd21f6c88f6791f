"""The venv artifact: locked wheels, installed by the installer into a venv, written as a layer.

Inputs: the wheels, fetched or built (sdists.py), the installer, the interpreter. Key of each fetched wheel: name,
version, hashes, tags that fit.
Errors: a missing or damaged lock, an address of a wrong type, those of fetching and of the installer.
"""

from __future__ import annotations

import logging

from pants.engine.rules import collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts import (
    InstallerRequest,
    Interpreter,
    InterpreterRequest,
    Venv,
    VenvRequest,
)
from pants_strata.library_process import layer_output, on_interpreter, sandbox_installer, sandbox_interpreter
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    InstallerField,
    InterpreterField,
    VenvExtrasField,
    VenvGroupsField,
    VenvLockfileField,
)
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.sdists import allowed_sdists, with_built_wheels
from pants_strata.util_rules.wheels import fetch_wheels
from strata.errors import StrataError
from strata.errors import requirements as errors
from strata.errors.venv import files_overlap
from strata.plan.environment import marker_environment, wheel_tags
from strata.plan.interpreter import feature_version
from strata.plan.lock_formats import only_lock
from strata.plan.requirements import LockedRequirement
from strata.plan.venv_lock import pyproject_path, read_lock

_logger = logging.getLogger(__name__)

_INSTALLER = ".installer"
_WHEELS = "wheels"


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
        )
    except StrataError as error:
        raise error.at(str(target.address)) from None


@rule
async def build_venv(request: VenvRequest, strata: StrataSubsystem) -> Venv:
    where = str(request.address)
    target = await engine.target(request.address)
    interpreter_address = await artifact_address(target[InterpreterField], strata.interpreter, "[strata].interpreter")
    installer_address = await artifact_address(target[InstallerField], strata.installer, "[strata].installer")
    interpreter = await engine.interpreter(InterpreterRequest(interpreter_address, request.platform))
    requirements = await _requirements(target, interpreter)
    fetched = await fetch_wheels(
        requirements,
        wheel_tags(interpreter.version, interpreter.glibc, interpreter.platform),
        python=feature_version(interpreter.version),
        platform=str(interpreter.platform),
        where=where,
        sdists=allowed_sdists(target),
    )
    installer = await engine.installer(InstallerRequest(installer_address, interpreter.address, request.platform))
    wheels = await with_built_wheels(target, requirements, fetched, interpreter, installer)
    process = await on_interpreter(
        interpreter,
        "dependencies-layer",
        {
            "interpreter": sandbox_interpreter(interpreter),
            "installer": sandbox_installer(installer, _INSTALLER),
            "wheels": [
                {"name": requirement.name, "version": requirement.version, "path": f"{_WHEELS}/{file}"}
                for requirement, file in zip(requirements, wheels.files)
            ],
        },
        large_inputs={_INSTALLER: installer.digest, _WHEELS: wheels.digest},
        description=f"Install {len(requirements)} wheels with {installer.tool} {installer.version} for {where}",
    )
    layer, result = await layer_output(
        process, where, interpreter, names={_INSTALLER: f"{installer.tool} {installer.version}"}
    )
    if result["overlaps"]:
        _logger.warning(files_overlap(where, result["overlaps"]))
    return Venv(
        interpreter=interpreter,
        layer=layer,
        modules=frozenset(result["modules"]),
        scripts=frozenset(result["scripts"]),
        standard_library=frozenset(result["standard_library"]),
    )


def rules():  # type: ignore[no-untyped-def]
    return collect_rules()
