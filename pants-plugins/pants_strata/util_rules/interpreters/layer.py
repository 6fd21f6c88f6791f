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
from pants_strata.artifacts.oci_base import OciBaseRequest
from pants_strata.artifacts.standalone import StandaloneBuild
from pants_strata.library_process import on_interpreter, sandbox_interpreter, written_system_layer
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import EnsurepipField, InstallerHintField, OciBaseTarget
from pants_strata.util_rules.debian.packages import get_debian_packages, unpack_inputs
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for
from pants_strata.util_rules.interpreters.interpreter import standalone_c_library
from pants_strata.util_rules.lock_requests import base_lock
from pants_strata.util_rules.oci_base.base import get_oci_base
from strata.bases.packages import missing_packages
from strata.debian.defaults import ensurepip_packages
from strata.debian.lock import LockedPackage
from strata.errors import StrataError
from strata.errors import oci_base as base_errors
from strata.errors.standalone import base_is_too_old
from strata.interpreters.paths import interpreter_paths
from strata.protocol import interpreter_layer
from strata.protocol.interpreter import feature_version
from strata.protocol.standalone import standalone_interpreter_layer
from strata.standalone.platform import OLDEST_GLIBC


async def _missing(request: InterpreterLayerRequest, debian: DebianSubsystem) -> list[LockedPackage]:
    """Return the interpreter's packages that the base does not have."""
    interpreter, base = request.interpreter, await engine.target(request.base)
    if base.alias == OciBaseTarget.alias:
        found = await get_oci_base(OciBaseRequest(request.base, interpreter.platform))
        try:
            return missing_packages(
                interpreter.debian.packages,
                found.findings,
                image=found.name,
                directory=interpreter_paths(str(interpreter.platform), interpreter.version).library_path,
                glibc=interpreter.glibc,
            )
        except StrataError as error:
            raise error.at(str(interpreter.address)) from None
    there = await get_debian_packages(DebianPackagesRequest(base_lock(base, debian), interpreter.platform))
    names = {package.name for package in there.packages}
    return [package for package in interpreter.debian.packages if package.name not in names]


async def _check_c_library(request: InterpreterLayerRequest, debian: DebianSubsystem) -> None:
    """Raise StrataError unless a standalone build runs with the C library of the image's base."""
    platform = request.interpreter.platform
    if (await engine.target(request.base)).alias != OciBaseTarget.alias:
        await standalone_c_library(request.base, platform, debian)
        return
    base = await get_oci_base(OciBaseRequest(request.base, platform))
    glibc = base.findings.glibc
    if glibc is None:
        found = [f"/{path}, {version}" for path, version in base.findings.c_libraries.items()]
        raise base_errors.no_glibc(base.name, found).at(str(request.base))
    if glibc < OLDEST_GLIBC:
        raise base_is_too_old(glibc, OLDEST_GLIBC).at(str(request.base))


async def _standalone_layer(
    request: InterpreterLayerRequest, build: StandaloneBuild, debian: DebianSubsystem
) -> ArtifactLayer:
    """Return the layer of a standalone build. Raise StrataError unless it runs on the base of the image."""
    interpreter = request.interpreter
    await _check_c_library(request, debian)
    target = await engine.target(interpreter.address)
    is_image = (await engine.target(request.base)).alias == OciBaseTarget.alias
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
            # Where an image has its certificates, its OpenSSL finds them; a link of ours could hide them.
            certificates=not is_image,
            compression=request.compression,
        ),
        inputs=build.digest,
        description=f"Write the layer of CPython {build.version}",
    )
    return await written_system_layer(step, interpreter.address, builder)


@rule
async def write_interpreter_layer(request: InterpreterLayerRequest, debian: DebianSubsystem) -> ArtifactLayer:
    """Return the layer of an interpreter, without the packages that the base has."""
    interpreter = request.interpreter
    if interpreter.standalone is not None:
        return await _standalone_layer(request, interpreter.standalone, debian)
    target = await engine.target(interpreter.address)
    removed = target[EnsurepipField].value == EnsurepipField.remove
    left_out = ensurepip_packages(feature_version(interpreter.version)) if removed else ()
    own = [package for package in await _missing(request, debian) if package.name not in left_out]
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
    return await written_system_layer(step, interpreter.address, builder)


get_interpreter_layer = engine.asker(write_interpreter_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
