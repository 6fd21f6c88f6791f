"""The build-time interpreter: the CPython of a target as it runs where bytes are made, for images of all platforms.

It makes every byte of an image: layers, bytecode, wheels of source distributions. The bytecode of one version of
CPython is the same on all platforms, so the interpreter for another platform never has to run. It is unpacked on the
host's Python, once. Where workers with another processor run it, the one for this machine compiles its library.
Inputs: the packages that the interpreter's lock has for the platform of the machine or of the workers, and for both
where these differ; or the standalone build and the C library of the base.
Errors: a machine that no image can be built on; platforms with different versions of CPython.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.platform import Platform as HostPlatform
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
from strata.interpreters.paths import interpreter_below
from strata.protocol import interpreter_tree
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.message import Request
from strata.protocol.standalone import standalone_tree

_TREE = "python"
_COMPILER = ".compiler"


@dataclass(frozen=True)
class _Unpacked:
    """An interpreter that runs from the directory that its tree lies in."""

    interpreter: Interpreter
    tree: Digest

    @property
    def compiler(self) -> SandboxInterpreter:
        """Return where it lies in the sandbox of the step that unpacks another one."""
        return interpreter_below(_COMPILER, str(self.interpreter.platform), self.interpreter.version)


async def _interpreter(address: Address, machine: HostPlatform) -> Interpreter:
    platform = host_platform(machine)
    if platform.os != "linux":
        raise errors.no_linux_host(str(platform)).at(str(address))
    found: Interpreter = await get_interpreter(InterpreterRequest(address, platform))
    return found


async def _unpack(interpreter: Interpreter, host: HostPrepared, compiler: Optional[_Unpacked]) -> _Unpacked:
    """Return the tree of an interpreter.

    :param compiler: compiles its library where it cannot run here.
    """
    platform, version = str(interpreter.platform), interpreter.version
    debs, packages = await unpack_inputs(interpreter.debian.packages, interpreter.debian.debs)
    build = interpreter.standalone
    by = compiler.compiler if compiler else None
    wanted: Request[Any] = (
        standalone_tree.Request(Path(build.file), packages, platform, version, by)
        if build
        else interpreter_tree.Request(packages, platform, version, by)
    )
    step = await on_host(
        host,
        wanted,
        inputs=await engine.merge([debs, build.digest]) if build else debs,
        large_inputs={_COMPILER: compiler.tree} if compiler else None,
        output_directories=(_TREE,),
        description=f"Unpack CPython {version}",
        level=LogLevel.DEBUG,
    )
    with UNPACKED.step() as counted:
        answered = await answer(step)
        answered.count(counted)
    answered.value_for(interpreter.address)
    tree = await engine.without_prefix(_TREE, await engine.only(answered.files, [f"{_TREE}/**"]))
    return _Unpacked(interpreter, tree)


def _require_one_version(*interpreters: Interpreter) -> None:
    """Raise StrataError where the interpreters of one target, for several platforms, have different versions."""
    versions = {str(item.platform): item.version for item in interpreters}
    if len(set(versions.values())) > 1:
        raise errors.platforms_differ(versions).at(str(interpreters[0].address))


@rule
async def unpack_build_interpreter(
    request: BuildInterpreterRequest, workers: Workers, host: HostPrepared, machine: HostPlatform
) -> BuildInterpreter:
    """Return the interpreter that makes every layer, unpacked. Raise StrataError where it cannot run."""
    interpreter = await _interpreter(request.address, workers.platform)
    compiler = None
    if workers.platform != machine:
        here = await _interpreter(request.address, machine)
        _require_one_version(here, interpreter)
        compiler = await _unpack(here, host, None)
    unpacked = await _unpack(interpreter, host, compiler)
    return BuildInterpreter(unpacked.interpreter, unpacked.tree, workers.environment)


get_build_interpreter = engine.asker(unpack_build_interpreter)


async def build_interpreter_for(interpreter: Interpreter) -> BuildInterpreter:
    """Return the build-time interpreter of the same target. Raise StrataError unless it has the same version."""
    built: BuildInterpreter = await get_build_interpreter(BuildInterpreterRequest(interpreter.address))
    _require_one_version(built.interpreter, interpreter)
    return built


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
