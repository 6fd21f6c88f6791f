"""The layer of a `debian_packages` target.

Inputs: the packages' files, the platform. Made on: the interpreter artifact. Errors: those of the lock and of fetching.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts import (
    ArtifactLayer,
    DebianLockRequest,
    DebianPackagesRequest,
    InterpreterRequest,
    OsPackagesRequest,
)
from pants_strata.library_process import layer_output, on_interpreter
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import (
    DebianPackagesExcludeField,
    DebianPackagesLockfileField,
    DebianPackagesNamesField,
)
from pants_strata.util_rules.debian_packages import unpack_inputs
from strata.debian.lock import LockInputs


def lock_request(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    """What the lock of a `debian_packages` target is made from."""
    return DebianLockRequest(
        target.address,
        target[DebianPackagesLockfileField].path,
        LockInputs.of(
            suites=debian.suites,
            components=debian.components,
            roots=target[DebianPackagesNamesField].value,
            excluded=target[DebianPackagesExcludeField].value,
        ),
    )


@rule
async def os_packages_layer(request: OsPackagesRequest, debian: DebianSubsystem) -> ArtifactLayer:
    target = await engine.target(request.address)
    locked = await engine.debian_packages(DebianPackagesRequest(lock_request(target, debian), request.platform))
    interpreter = await engine.interpreter(InterpreterRequest(request.interpreter, request.platform))
    debs, packages = await unpack_inputs(locked.packages, locked.debs)
    process = await on_interpreter(
        interpreter,
        "os-packages-layer",
        {"packages": packages, "platform": str(request.platform), "compression": request.compression},
        inputs=debs,
        description=f"Write the layer of {request.address}",
    )
    layer, _ = await layer_output(process, str(request.address), interpreter)
    return layer


def rules() -> Iterable[Rule]:
    return collect_rules()
