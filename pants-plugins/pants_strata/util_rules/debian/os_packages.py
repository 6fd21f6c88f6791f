"""The layer of a `debian_packages` target.

Inputs: the packages' files, the platform. Made on: the interpreter artifact. Errors: those of the lock and of fetching.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.library_process import on_interpreter, written_system_layer
from pants_strata.subsystem import DebianSubsystem
from pants_strata.util_rules.debian.packages import get_debian_packages, unpack_inputs
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lock_requests import base_lock
from strata.protocol import os_packages_layer


@rule
async def write_os_packages_layer(request: OsPackagesRequest, debian: DebianSubsystem) -> ArtifactLayer:
    """Return the layer of a `debian_packages` target."""
    target = await engine.target(request.address)
    locked = await get_debian_packages(DebianPackagesRequest(base_lock(target, debian), request.platform))
    interpreter = await get_build_interpreter(BuildInterpreterRequest(request.interpreter))
    debs, packages = await unpack_inputs(locked.packages, locked.debs)
    step = await on_interpreter(
        interpreter,
        os_packages_layer.Request(packages=packages, compression=request.compression),
        inputs=debs,
        description=f"Write the layer of {request.address}",
    )
    return await written_system_layer(step, request.address, interpreter)


get_os_packages_layer = engine.asker(write_os_packages_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
