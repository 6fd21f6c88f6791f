"""Processes that run the library: the only module that knows its argv, its paths in a sandbox and its environment.

Nothing of the machine enters a key: argv is relative to the sandbox, the environment is constant, and of the library a
process gets only the modules that its verb imports (library_slice.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Optional, TypeVar

from pants.engine.addresses import Address
from pants.engine.environment import EnvironmentName
from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.engine.process import FallibleProcessResult, Process, ProcessCacheScope, ProcessResultMetadata
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.installer import PreparedInstaller
from pants_strata.artifacts.interpreter import BuildInterpreter
from pants_strata.artifacts.layer import ArtifactLayer, is_cached
from pants_strata.artifacts.library_slice import CompiledSlice, CompiledSliceRequest, LibrarySliceRequest
from pants_strata.library_slice import get_library_slice
from pants_strata.progress import LAYERS, Counted
from strata.attest.build_inputs import Input
from strata.errors import StrataError
from strata.errors import machine as errors
from strata.errors.unworded import worded
from strata.interpreters.paths import interpreter_below
from strata.oci.layer import Layer
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.installers.prepare_installer import PROGRAMS
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.layer import LayerResult
from strata.protocol.message import Message, Request
from strata.protocol.system_layer import SystemLayerResult

_LIBRARY = ".strata"
# Nothing of a site directory is needed, and to look for one takes time.
_OPTIONS = ("-I", "-S", "-B")
_PROGRAM = (*_OPTIONS, f"{_LIBRARY}/program.py")
_COMPILED_PROGRAM = (*_OPTIONS, f"{_LIBRARY}/program.pyc")
_PYTHON = ".python"
# The machine's OpenSSL configuration takes no part.
_ENVIRONMENT = {"OPENSSL_CONF": "/dev/null"}
_HOST = ".host"
HOST_SETTINGS = FrozenDict({"strata_host": _HOST})
"""The named cache in which a process finds the settings of the machine (util_rules/host.py), and where."""
_REQUEST = ".request.json"
_RESULT = "result.json"
_BLOBS = "blobs"

R = TypeVar("R", bound=Message)
L = TypeVar("L", bound=LayerResult)
S = TypeVar("S", bound=SystemLayerResult)


@dataclass(frozen=True)
class Step(Generic[R]):
    """A process of the library that has not run yet, and the request that it answers.

    :param environment: the environment of the workers that run it; None where this machine does.
    """

    request: Request[R]
    process: Process
    environment: Optional[EnvironmentName] = None


@dataclass(frozen=True)
class Answer(Generic[R]):
    """How a step ended: with a value and the files that the process wrote, or with an error of the user's.

    :param origin: whether the process ran, or which cache had its result.
    """

    files: Digest
    value: R | None
    error: StrataError | None
    origin: ProcessResultMetadata

    @property
    def cached(self) -> bool:
        """Return whether a cache had the result."""
        return is_cached(self.origin)

    def count(self, step: Counted, size: int = 0) -> None:
        """Tell the step of a phase how it ended: whether it was cached, how long its process took, how much it got."""
        milliseconds = self.origin.total_elapsed_ms
        step.cached, step.size = self.cached, size
        step.seconds = None if milliseconds is None else milliseconds / 1000

    def value_for(self, where: Address) -> R:
        """Return the value. Raise the error, with the address of the target it concerns, where there is one."""
        if self.error is not None:
            raise self.error.at(str(where))
        assert self.value is not None
        return self.value


def sandbox_interpreter(built: BuildInterpreter) -> SandboxInterpreter:
    """Return where the interpreter lies in a sandbox."""
    return interpreter_below(_PYTHON, str(built.interpreter.platform), built.interpreter.version)


def sandbox_installer(prepared: PreparedInstaller, folder: str) -> SandboxInstaller:
    """Return where an installer lies whose program is in `folder`."""
    tool = prepared.installer.tool
    return SandboxInstaller(tool, Path(folder, PROGRAMS[tool]))


@rule
async def compile_slice(request: CompiledSliceRequest) -> CompiledSlice:
    """Return the slice of a verb as bytecode of the interpreter artifact, which a process of its own makes once."""
    library = await get_library_slice(LibrarySliceRequest(request.verb))
    process = Process(
        argv=(*sandbox_interpreter(request.interpreter).command(), *_PROGRAM, "compile", "."),
        input_digest=EMPTY_DIGEST,
        immutable_input_digests={_PYTHON: request.interpreter.tree, _LIBRARY: library.digest},
        env=_ENVIRONMENT,
        output_files=("compiled", "program.pyc"),
        description=f"Compile the library for {request.verb}",
        level=LogLevel.DEBUG,
        remote_cache_speculation_delay_millis=library.head_start_millis,
    )
    with _told_by_workers(process.description, request.interpreter.environment):
        result = await engine.execute(process, request.interpreter.environment)
    if result.exit_code != 0:
        raise RuntimeError(f"{process.description} failed:\n{result.stderr.decode('utf-8', 'replace')}")
    digest = await engine.merge([library.scripts, result.output_digest])
    return CompiledSlice(digest, library.head_start_millis)


get_compiled_slice = engine.asker(compile_slice)


async def on_interpreter(
    interpreter: BuildInterpreter,
    request: Request[R],
    *,
    description: str,
    inputs: Digest = EMPTY_DIGEST,
    large_inputs: Mapping[str, Digest] | None = None,
    outputs: str | None = _BLOBS,
    cache_scope: ProcessCacheScope = ProcessCacheScope.SUCCESSFUL,
    level: LogLevel = LogLevel.DEBUG,
    counted: Counted | None = None,
) -> Step[R]:
    """Return a step that makes a layer, or a wheel that will be in one, or proves something, on the interpreter.

    :param large_inputs: directory → digest, linked into the sandbox rather than copied.
    :param outputs: the directory of what it makes; None where its result is all that it makes.
    :param level: INFO for steps that Pants logs one by one as they begin and end: those that are no part of a phase
        (pants_strata.progress), and seldom.
    :param counted: the step of a phase that it is; its count follows the description.
    """
    library = await get_compiled_slice(CompiledSliceRequest(request.verb, interpreter))
    request_file = await engine.create({_REQUEST: request.to_json().encode()})
    input_digest = await engine.merge([inputs, request_file])
    process = Process(
        argv=(*sandbox_interpreter(interpreter).command(), *_COMPILED_PROGRAM, request.verb, _REQUEST),
        input_digest=input_digest,
        immutable_input_digests={_PYTHON: interpreter.tree, _LIBRARY: library.digest, **(large_inputs or {})},
        env=_ENVIRONMENT,
        output_files=(_RESULT,),
        output_directories=() if outputs is None else (outputs,),
        # Read last: until now other steps of the phase were asked for.
        description=f"{description} ({counted.count})" if counted else description,
        level=level,
        cache_scope=cache_scope,
        remote_cache_speculation_delay_millis=library.head_start_millis,
    )
    return Step(request, process, interpreter.environment)


async def on_host(
    _: HostPrepared,
    request: Request[R],
    *,
    description: str,
    output_directories: Iterable[str],
    inputs: Digest = EMPTY_DIGEST,
    large_inputs: Mapping[str, Digest] | None = None,
    cache_scope: ProcessCacheScope = ProcessCacheScope.SUCCESSFUL,
    level: LogLevel = LogLevel.INFO,
) -> Step[R]:
    """Return a step on the Python that runs Pants: fetching, and unpacking the interpreter that all others run on.

    That Python is a link in a named cache (util_rules/host.py writes it), so that its path is not in the key. The bytes
    that come out are pinned by hashes or by the packages that are unpacked, not by the Python that handled them.
    """
    library = await get_library_slice(LibrarySliceRequest(request.verb))
    request_file = await engine.create({_REQUEST: request.to_json().encode()})
    process = Process(
        argv=(f"{_HOST}/python", *_PROGRAM, request.verb, _REQUEST),
        input_digest=await engine.merge([inputs, request_file]),
        immutable_input_digests={_LIBRARY: library.digest, **(large_inputs or {})},
        append_only_caches=HOST_SETTINGS,
        output_files=(_RESULT,),
        output_directories=tuple(output_directories),
        description=description,
        level=level,
        cache_scope=cache_scope,
        remote_cache_speculation_delay_millis=library.head_start_millis,
    )
    return Step(request, process)


def with_cache(step: Step[R], name: str, folder: str, *, seconds: int) -> Step[R]:
    """Return a step that keeps files for later runs, and that ends after some time.

    :param name: of the cache, among those of Pants.
    :param folder: where the step finds it. What is in it is in no key: it may save time, and change no result.
    """
    return replace(
        step, process=replace(step.process, append_only_caches=FrozenDict({name: folder}), timeout_seconds=seconds)
    )


async def answer(step: Step[R]) -> Answer[R]:
    """Run a step. Raise RuntimeError where it ends as no verb should: that is a defect of ours."""
    with _told_by_workers(step.process.description, step.environment):
        result = await engine.execute(step.process, step.environment)
    return await _answer(step, result)


async def ended(step: Step[R]) -> tuple[FallibleProcessResult, Answer[R]]:
    """Run a step; return how its process ended, too, with files that it wrote before an error.

    It runs on this machine, also where workers make bytes: it runs images.
    """
    result = await engine.execute(step.process, None)
    return result, await _answer(step, result)


async def answers(steps: Iterable[Step[R]]) -> tuple[Answer[R], ...]:
    """Run several steps at the same time, all in one environment; return their answers in the same order."""
    asked = tuple(steps)
    (environment,) = {step.environment for step in asked} or {None}
    with _told_by_workers(", ".join(step.process.description for step in asked), environment):
        results = await engine.execute_all((step.process for step in asked), environment)
    return tuple([await _answer(step, result) for step, result in zip(asked, results)])


@contextmanager
def _told_by_workers(what: str, environment: Optional[EnvironmentName]) -> Iterator[None]:
    """Raise StrataError where the server of workers, or what it stores, failed: no step has ended in an error then."""
    try:
        yield
    except Exception as error:
        if environment is None:
            raise
        raise errors.workers_failed(what, f"{environment.val}", str(error).strip().splitlines()) from None


async def _answer(step: Step[R], result: FallibleProcessResult) -> Answer[R]:
    if result.exit_code != 0:
        return Answer(EMPTY_DIGEST, None, _error(result, step.process.description), result.metadata)
    files = await engine.contents(await engine.only(result.output_digest, [_RESULT]))
    return Answer(result.output_digest, step.request.read_result(files[_RESULT].decode()), None, result.metadata)


def _error(result: FallibleProcessResult, what: str) -> StrataError:
    text = result.stderr.decode("utf-8", "replace")
    try:
        return worded(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise RuntimeError(f"{what} ended with exit code {result.exit_code}:\n{text}") from None


async def written_layer(
    step: Step[L], where: Address, built: BuildInterpreter, counted: Counted | None = None
) -> tuple[ArtifactLayer, L]:
    """Run a step that writes a layer; return the layer, and the whole result of the verb.

    Raise StrataError, with the address, also where the blob is another one than the result says.

    :param counted: the step where the caller counts it already.
    """
    with nullcontext(counted) if counted else LAYERS.step() as progress:
        answered = await answer(step)
        answered.count(progress)
    value = answered.value_for(where)
    blob = await engine.only(answered.files, [f"{_BLOBS}/**"])
    # Who made the files may be another machine: a worker, or whoever filled a shared cache.
    found = sorted((await engine.file_hashes(blob)).values())
    if [value.layer.digest] != [f"sha256:{fingerprint}" for fingerprint in found]:
        raise errors.wrong_result(step.process.description, value.layer.digest, found).at(str(where))
    inputs = _inputs(step.process, {_PYTHON: f"CPython {built.interpreter.version}"})
    return ArtifactLayer(Layer.of(value.layer), blob, inputs, origin=answered.origin), value


async def written_system_layer(step: Step[S], where: Address, built: BuildInterpreter) -> ArtifactLayer:
    """Run a step that writes a layer of a base or of an interpreter; return the layer, with what is in it."""
    layer, result = await written_layer(step, where, built)
    return replace(layer, libraries=result.libraries, parts=result.parts)


def _inputs(process: Process, names: Mapping[str, str]) -> FrozenDict[str, Input]:
    """Return what decides the key of a process (strata.attest.build_inputs)."""
    titles = {_PYTHON: "interpreter", _LIBRARY: "strata"}
    large = {
        titles.get(directory, directory.lstrip(".")): Input(names.get(directory, ""), digest.fingerprint)
        for directory, digest in process.immutable_input_digests.items()
    }
    return FrozenDict({**large, "files": Input("", process.input_digest.fingerprint)})


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
