"""The interpreter artifact: a tree that runs anywhere, and a layer of an image.

Inputs of both: the interpreter's Debian packages. The tree is unpacked on the host's Python, once; the layer is made
on the tree and leaves out the packages that the base has, and ensurepip's where it is to be removed.
Errors: those of the lock and of fetching; a lock of another version of CPython.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.interpreter import Interpreter, InterpreterLayerRequest, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.library_process import answer, on_host, on_interpreter, sandbox_interpreter, written_layer
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    BaseField,
    EnsurepipField,
    InstallerHintField,
    InterpreterVersionField,
)
from pants_strata.util_rules.debian.packages import get_debian_packages, unpack_inputs
from pants_strata.util_rules.lock_requests import base_lock, interpreter_lock
from pants_strata.util_rules.lookup import artifact_address
from strata.debian.defaults import ensurepip_packages
from strata.errors import StrataError
from strata.errors import targets as errors
from strata.interpreters.debian_versions import glibc_version, wanted_python_version
from strata.protocol import interpreter_layer, interpreter_tree

_TREE = "python"


@rule
async def build_interpreter(
    request: InterpreterRequest,
    debian: DebianSubsystem,
    strata: StrataSubsystem,
    machine: HostPlatform,
    host: HostPrepared,
) -> Interpreter:
    """Return the interpreter that makes every layer, unpacked. Raise StrataError where the lock has another."""
    where = str(request.address)
    if machine is not HostPlatform.linux_x86_64:
        raise errors.no_linux_host(machine.value).at(where)
    target = await engine.target(request.address)
    base = await artifact_address(target[BaseField], strata.base, "[strata].base")
    locked = await get_debian_packages(DebianPackagesRequest(interpreter_lock(target, debian), request.platform))
    try:
        version = wanted_python_version(locked.packages, target[InterpreterVersionField].value)
        glibc = glibc_version(locked.packages)
    except StrataError as mistake:
        raise mistake.at(where) from None
    debs, packages = await unpack_inputs(locked.packages, locked.debs)
    step = await on_host(
        host,
        interpreter_tree.Request(packages=packages, platform=str(request.platform), version=version),
        inputs=debs,
        output_directories=(_TREE,),
        description=f"Unpack CPython {version}",
    )
    answered = await answer(step)
    answered.value_for(request.address)
    tree = await engine.without_prefix(_TREE, await engine.only(answered.files, [f"{_TREE}/**"]))
    return Interpreter(
        address=request.address,
        platform=request.platform,
        version=version,
        glibc=glibc,
        tree=tree,
        debian=locked,
        base=base,
    )


get_interpreter = engine.asker(build_interpreter)


@rule
async def write_interpreter_layer(request: InterpreterLayerRequest, debian: DebianSubsystem) -> ArtifactLayer:
    """Return the layer of an interpreter, without the packages that the base has."""
    interpreter = request.interpreter
    base = await get_debian_packages(
        DebianPackagesRequest(base_lock(await engine.target(request.base), debian), interpreter.platform)
    )
    target = await engine.target(interpreter.address)
    left_out = {package.name for package in base.packages}
    if target[EnsurepipField].value == EnsurepipField.remove:
        left_out.update(ensurepip_packages(target[InterpreterVersionField].value))
    own = [package for package in interpreter.debian.packages if package.name not in left_out]
    debs, packages = await unpack_inputs(own, interpreter.debian.debs)
    step = await on_interpreter(
        interpreter,
        interpreter_layer.Request(
            packages=packages,
            version=interpreter.version,
            interpreter=sandbox_interpreter(interpreter),
            installer_hint=target[InstallerHintField].value,
            compression=request.compression,
        ),
        inputs=debs,
        description=f"Write the layer of CPython {interpreter.version}",
    )
    layer, _ = await written_layer(step, interpreter.address, interpreter)
    return layer


get_interpreter_layer = engine.asker(write_interpreter_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
