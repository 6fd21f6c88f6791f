"""The layer of an interpreter: its Debian packages or its standalone build, and their bytecode.

Inputs: the interpreter's Debian packages less those of the base, and less ensurepip's where it is to be removed; or the
archive. The interpreter for this machine (build_time.py) makes it, for each platform.
Errors: damaged packages or archives; platforms with different versions of CPython; a base without a C library.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.interpreter import InterpreterLayerRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.standalone import StandaloneBuild
from pants_strata.library_process import on_interpreter, sandbox_interpreter, written_layer
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import EnsurepipField, InstallerHintField
from pants_strata.util_rules.debian.packages import get_debian_packages, unpack_inputs
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for
from pants_strata.util_rules.interpreters.interpreter import standalone_c_library
from pants_strata.util_rules.lock_requests import base_lock
from strata.debian.defaults import ensurepip_packages
from strata.protocol import interpreter_layer
from strata.protocol.interpreter import feature_version
from strata.protocol.standalone import standalone_interpreter_layer


@rule
async def write_interpreter_layer(request: InterpreterLayerRequest, debian: DebianSubsystem) -> ArtifactLayer:
    """Return the layer of an interpreter, without the packages that the base has."""
    interpreter = request.interpreter
    if interpreter.standalone is not None:
        return await _standalone_layer(request, interpreter.standalone, debian)
    base = await get_debian_packages(
        DebianPackagesRequest(base_lock(await engine.target(request.base), debian), interpreter.platform)
    )
    target = await engine.target(interpreter.address)
    left_out = {package.name for package in base.packages}
    if target[EnsurepipField].value == EnsurepipField.remove:
        left_out.update(ensurepip_packages(feature_version(interpreter.version)))
    own = [package for package in interpreter.debian.packages if package.name not in left_out]
    debs, packages = await unpack_inputs(own, interpreter.debian.debs)
    builder = await build_interpreter_for(interpreter)
    step = await on_interpreter(
        builder,
        interpreter_layer.Request(
            packages=packages,
            version=interpreter.version,
            interpreter=sandbox_interpreter(builder),
            installer_hint=target[InstallerHintField].value,
            compression=request.compression,
        ),
        inputs=debs,
        description=f"Write the layer of CPython {interpreter.version}",
    )
    layer, _ = await written_layer(step, interpreter.address, builder)
    return layer


async def _standalone_layer(
    request: InterpreterLayerRequest, build: StandaloneBuild, debian: DebianSubsystem
) -> ArtifactLayer:
    """Return the layer of a standalone build. Raise StrataError unless it runs on the base of the image."""
    interpreter = request.interpreter
    await standalone_c_library(request.base, interpreter.platform, debian)
    target = await engine.target(interpreter.address)
    builder = await build_interpreter_for(interpreter)
    step = await on_interpreter(
        builder,
        standalone_interpreter_layer.Request(
            archive=Path(build.file),
            platform=str(interpreter.platform),
            version=build.version,
            release=build.release,
            ensurepip=target[EnsurepipField].value == EnsurepipField.keep,
            interpreter=sandbox_interpreter(builder),
            installer_hint=target[InstallerHintField].value,
            compression=request.compression,
        ),
        inputs=build.digest,
        description=f"Write the layer of CPython {build.version}",
    )
    layer, _ = await written_layer(step, interpreter.address, builder)
    return layer


get_interpreter_layer = engine.asker(write_interpreter_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
