"""The interpreter artifact: a tree that runs anywhere, and a layer of an image.

Inputs of both: the interpreter's Debian packages. The tree is unpacked on the host's Python, once; the layer is made
on the tree and leaves out the packages that the base has, and ensurepip's where it is to be removed.
Errors: those of the lock and of fetching; a lock of another version of CPython.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts import (
    ArtifactLayer,
    DebianLockRequest,
    DebianPackagesRequest,
    Interpreter,
    InterpreterLayerRequest,
    InterpreterRequest,
)
from pants_strata.library_process import canonical, failure, layer_output, on_host, on_interpreter, sandbox_interpreter
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    BaseField,
    EnsurepipField,
    InstallerHintField,
    InterpreterLockfileField,
    InterpreterVersionField,
)
from pants_strata.util_rules.debian_packages import unpack_inputs
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.os_packages import lock_request as base_lock_request
from strata.debian.defaults import EXCLUDED, ensurepip_packages, interpreter_roots
from strata.debian.lock import LockInputs
from strata.errors import StrataError
from strata.errors import targets as errors
from strata.interpreters.debian_versions import glibc_version, wanted_python_version

_TREE = "python"


def lock_request(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    """What the lock of a `python_interpreter` target is made from: all that CPython needs, the C library included."""
    return DebianLockRequest(
        target.address,
        target[InterpreterLockfileField].path,
        LockInputs.of(
            suites=debian.suites,
            components=debian.components,
            roots=interpreter_roots(target[InterpreterVersionField].value),
            excluded=EXCLUDED,
        ),
        python=target[InterpreterVersionField].value,
    )


@rule
async def build_interpreter(
    request: InterpreterRequest, debian: DebianSubsystem, strata: StrataSubsystem, host: HostPlatform
) -> Interpreter:
    where = str(request.address)
    if host is not HostPlatform.linux_x86_64:
        raise errors.no_linux_host(host.value).at(where)
    target = await engine.target(request.address)
    base = await artifact_address(target[BaseField], strata.base, "[strata].base")
    locked = await engine.debian_packages(DebianPackagesRequest(lock_request(target, debian), request.platform))
    try:
        version = wanted_python_version(locked.packages, target[InterpreterVersionField].value)
        glibc = glibc_version(locked.packages)
    except StrataError as mistake:
        raise mistake.at(where) from None
    debs, packages = await unpack_inputs(locked.packages, locked.debs)
    process = await on_host(
        "interpreter-tree",
        canonical({"packages": packages, "platform": str(request.platform), "version": version}),
        inputs=debs,
        output_directories=(_TREE,),
        description=f"Unpack CPython {version}",
    )
    result = await engine.execute(process)
    error = failure(result, process.description)
    if error is not None:
        raise error.at(where)
    tree = await engine.without_prefix(_TREE, await engine.only(result.output_digest, [f"{_TREE}/**"]))
    return Interpreter(
        address=request.address,
        platform=request.platform,
        version=version,
        glibc=glibc,
        tree=tree,
        debian=locked,
        base=base,
    )


@rule
async def interpreter_layer(request: InterpreterLayerRequest, debian: DebianSubsystem) -> ArtifactLayer:
    interpreter = request.interpreter
    base = await engine.debian_packages(
        DebianPackagesRequest(base_lock_request(await engine.target(request.base), debian), interpreter.platform)
    )
    target = await engine.target(interpreter.address)
    left_out = {package.name for package in base.packages}
    if target[EnsurepipField].value == EnsurepipField.remove:
        left_out.update(ensurepip_packages(target[InterpreterVersionField].value))
    own = [package for package in interpreter.debian.packages if package.name not in left_out]
    debs, packages = await unpack_inputs(own, interpreter.debian.debs)
    process = await on_interpreter(
        interpreter,
        "interpreter-layer",
        {
            "packages": packages,
            "version": interpreter.version,
            "interpreter": sandbox_interpreter(interpreter),
            "installer_hint": target[InstallerHintField].value,
            "compression": request.compression,
        },
        inputs=debs,
        description=f"Write the layer of CPython {interpreter.version}",
    )
    layer, _ = await layer_output(process, str(interpreter.address), interpreter)
    return layer


def rules() -> Iterable[Rule]:
    return collect_rules()
