"""The build-time interpreter: the CPython of a target as it runs where bytes are made, for images of all platforms.

It makes every byte of an image: layers, bytecode, wheels of source distributions. The bytecode of one version of
CPython is the same on all platforms, so the interpreter for another platform never has to run. It is unpacked on the
host's Python, once, also where workers with another processor run it.
Inputs: the packages that the interpreter's lock has for the platform of the machine or of the workers;
or the standalone build and the C library of the base.
Errors: a machine that no image can be built on; platforms with different versions of CPython.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.interpreter import (
    BuildInterpreter,
    BuildInterpreterRequest,
    Interpreter,
    InterpreterRequest,
)
from pants_strata.artifacts.workers import Workers
from pants_strata.library_process import answer, on_host
from pants_strata.progress import UNPACKED
from pants_strata.util_rules.debian.packages import unpack_inputs
from pants_strata.util_rules.host_platform import host_platform
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from strata.errors import targets as errors
from strata.protocol import interpreter_tree
from strata.protocol.message import Request
from strata.protocol.standalone import standalone_tree

_TREE = "python"


@rule
async def unpack_build_interpreter(
    request: BuildInterpreterRequest, workers: Workers, host: HostPrepared
) -> BuildInterpreter:
    """Return the interpreter that makes every layer, unpacked. Raise StrataError where it cannot run."""
    platform = host_platform(workers.platform)
    if platform.os != "linux":
        raise errors.no_linux_host(str(platform)).at(str(request.address))
    interpreter = await get_interpreter(InterpreterRequest(request.address, platform))
    version = interpreter.version
    debs, packages = await unpack_inputs(interpreter.debian.packages, interpreter.debian.debs)
    build = interpreter.standalone
    wanted: Request[Any] = (
        standalone_tree.Request(archive=Path(build.file), packages=packages, platform=str(platform), version=version)
        if build
        else interpreter_tree.Request(packages=packages, platform=str(platform), version=version)
    )
    step = await on_host(
        host,
        wanted,
        inputs=await engine.merge([debs, build.digest]) if build else debs,
        output_directories=(_TREE,),
        description=f"Unpack CPython {version}",
        level=LogLevel.DEBUG,
    )
    with UNPACKED.step() as counted:
        answered = await answer(step)
        answered.count(counted)
    answered.value_for(request.address)
    tree = await engine.without_prefix(_TREE, await engine.only(answered.files, [f"{_TREE}/**"]))
    return BuildInterpreter(interpreter, tree, workers.environment)


get_build_interpreter = engine.asker(unpack_build_interpreter)


async def build_interpreter_for(interpreter: Interpreter) -> BuildInterpreter:
    """Return the build-time interpreter of the same target. Raise StrataError unless it has the same version."""
    built: BuildInterpreter = await get_build_interpreter(BuildInterpreterRequest(interpreter.address))
    if built.interpreter.version != interpreter.version:
        versions = {str(item.platform): item.version for item in (built.interpreter, interpreter)}
        raise errors.platforms_differ(versions).at(str(interpreter.address))
    return built


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
