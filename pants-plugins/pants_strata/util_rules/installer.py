"""The installer artifact: a tool and what it needs, as wheels. It is an input of venvs and of nothing else.

Inputs: the lock of the tool, the target's own or the one that Strata brings. Its wheels are those for the machine that
builds, whatever platform images are for. Errors: a lock that is missing, or of
another tool or version; those of fetching.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from pathlib import Path

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.installer import Installer, InstallerRequest, PreparedInstaller, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest, Interpreter
from pants_strata.library_process import answer, on_interpreter, sandbox_interpreter
from pants_strata.target_types import InstallerLockfileField, InstallerToolField, InstallerVersionField
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.venvs.wheels import fetch_wheels, merged
from strata.errors import StrataError
from strata.errors import installers as errors
from strata.errors.targets import lock_is_missing
from strata.locks.installers import default_lock, installer_tags, read_installer_lock
from strata.locks.requirements import LockedRequirement
from strata.protocol.installers import prepare_installer as messages
from strata.protocol.interpreter import feature_version

_WHEELS = "wheels"
_PREPARED = "installer"


async def _lock(target: Target, interpreter: Interpreter) -> tuple[LockedRequirement, ...]:
    tool, version = target[InstallerToolField].value, target[InstallerVersionField].value
    field = target[InstallerLockfileField]
    where = field.path if field.value else f"of {tool} that Strata brings"
    if field.value:
        files = await engine.repository_files([field.path])
        if field.path not in files:
            raise lock_is_missing(field.path)
        text = files[field.path].decode("utf-8", "replace")
    else:
        text = shipped_lock(tool)
    locked = read_installer_lock(text, where, tool, python=interpreter.version, platform=interpreter.platform)
    if version and locked[0].version != version:
        if not field.value:
            raise errors.version_without_lock(tool, version, locked[0].version)
        raise errors.lock_of_another_version(field.path, tool, locked[0].version, version)
    return locked


@rule
async def build_installer(request: InstallerRequest) -> Installer:
    """Return the wheels of an installer and of all that it needs. Raise StrataError for an unfit lock."""
    where = str(request.address)
    target = await engine.target(request.address)
    tool = target[InstallerToolField].value
    interpreter = (await get_build_interpreter(BuildInterpreterRequest(request.interpreter))).interpreter
    try:
        locked = await _lock(target, interpreter)
    except StrataError as error:
        raise error.at(where) from None
    wheels = await fetch_wheels(
        locked,
        installer_tags(tool, interpreter.version, interpreter.glibc, interpreter.platform),
        python=feature_version(interpreter.version),
        platform=str(interpreter.platform),
        where=request.address,
    )
    files = tuple(wheel.file for wheel in wheels)
    return Installer(request.address, tool, locked[0].version, await merged(wheels), files)


get_installer = engine.asker(build_installer)


@rule
async def prepare_installer(request: PreparedInstallerRequest) -> PreparedInstaller:
    """Return an installer that is ready to start, which a process of its own makes of its wheels once."""
    installer = await get_installer(request.installer)
    interpreter = await get_build_interpreter(BuildInterpreterRequest(request.installer.interpreter))
    step = await on_interpreter(
        interpreter,
        messages.Request(
            interpreter=sandbox_interpreter(interpreter),
            tool=installer.tool,
            wheels=tuple(Path(_WHEELS, file) for file in installer.files),
        ),
        large_inputs={_WHEELS: installer.digest},
        outputs=_PREPARED,
        description=f"Prepare {installer.tool} {installer.version}",
    )
    answered = await answer(step)
    answered.value_for(request.installer.address)
    files = await engine.only(answered.files, [f"{_PREPARED}/*"])
    return PreparedInstaller(installer, await engine.without_prefix(_PREPARED, files))


get_prepared_installer = engine.asker(prepare_installer)


def shipped_lock(tool: str) -> str:
    """Return the lock that Strata brings for a tool."""
    data = pkgutil.get_data("strata.locks", default_lock(tool))
    assert data is not None
    return data.decode()


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return collect_rules()
