"""Processes that run the library: the only module that knows its argv, its paths in a sandbox and its environment.

Nothing of the machine enters a key: argv is relative to the sandbox, the environment is empty, and of the library a
process gets only the modules that its verb imports, so that an edit elsewhere invalidates nothing.
"""

from __future__ import annotations

import ast
import json
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any

from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.engine.process import FallibleProcessResult, Process, ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts import ArtifactLayer, Installer, Interpreter, LibrarySlice, LibrarySliceRequest
from strata.attest.build_inputs import Input
from strata.errors import StrataError
from strata.interpreters.paths import interpreter_paths
from strata.oci.layer import Layer
from strata.verbs import VERBS

_LIBRARY = ".strata"
_PYTHON = ".python"
_HOST_CACHE = "strata_host"
_HOST = ".host"
_REQUEST = ".request.json"
_RESULT = "result.json"
_START = """\
import sys
from pathlib import Path

from strata.verbs import run_verb

sys.exit(run_verb(sys.argv[1], Path(sys.argv[2])))
"""

BLOBS = "blobs"


def canonical(request: Mapping[str, Any]) -> str:
    """One text for one request, since the text is part of a cache key."""
    return json.dumps(request, sort_keys=True, separators=(",", ":"))


def sandbox_interpreter(interpreter: Interpreter) -> dict[str, str]:
    """How a request tells the library where its own interpreter lies."""
    paths = interpreter_paths(str(interpreter.platform), interpreter.version)
    return {
        "loader": f"{_PYTHON}/{paths.loader}",
        "library_path": f"{_PYTHON}/{paths.library_path}",
        "python": f"{_PYTHON}/{paths.python}",
        "version": interpreter.version,
    }


def sandbox_installer(installer: Installer, folder: str) -> dict[str, Any]:
    """How a request tells the library what to install with; its wheels lie in `folder`."""
    return {"tool": installer.tool, "wheels": [f"{folder}/{file}" for file in installer.files]}


async def on_interpreter(
    interpreter: Interpreter,
    verb: str,
    request: Mapping[str, Any],
    *,
    description: str,
    inputs: Digest = EMPTY_DIGEST,
    large_inputs: Mapping[str, Digest] | None = None,
    outputs: str | None = BLOBS,
    level: LogLevel = LogLevel.INFO,
) -> Process:
    """A process that makes a layer, or a wheel that will be in one, or proves something, on the interpreter artifact.

    :param large_inputs: directory → digest, linked into the sandbox rather than copied.
    :param outputs: the directory of what it makes; None where it tells a result alone.
    :param level: DEBUG for steps that come by the dozen, which Pants would log one by one (pants_strata.progress).
    """
    paths = sandbox_interpreter(interpreter)
    library = await engine.library_slice(verb)
    request_file = await engine.create({_REQUEST: canonical(request).encode()})
    return Process(
        argv=(
            paths["loader"],
            # The machine's cache of libraries and its OpenSSL configuration take no part.
            "--inhibit-cache",
            "--library-path",
            paths["library_path"],
            paths["python"],
            "-I",
            "-B",
            _LIBRARY,
            verb,
            _REQUEST,
        ),
        input_digest=await engine.merge([inputs, request_file]),
        immutable_input_digests={_PYTHON: interpreter.tree, _LIBRARY: library.digest, **(large_inputs or {})},
        env={"OPENSSL_CONF": "/dev/null"},
        output_files=(_RESULT,),
        output_directories=() if outputs is None else (outputs,),
        description=description,
        level=level,
        remote_cache_speculation_delay_millis=(await engine.options()).remote_cache_head_start_millis,
    )


async def on_host(
    verb: str,
    request_text: str,
    *,
    description: str,
    output_directories: Iterable[str],
    inputs: Digest = EMPTY_DIGEST,
    cache_scope: ProcessCacheScope = ProcessCacheScope.SUCCESSFUL,
    level: LogLevel = LogLevel.INFO,
) -> Process:
    """A process on the Python that runs Pants: fetching, and unpacking the interpreter that all others run on.

    That Python is a link in a named cache (util_rules/host.py writes it), so that its path is not in the key. The bytes
    that come out are pinned by hashes or by the packages that are unpacked, not by the Python that handled them.
    """
    await engine.prepare_host()
    library = await engine.library_slice(verb)
    request_file = await engine.create({_REQUEST: request_text.encode()})
    return Process(
        argv=(f"{_HOST}/python", "-I", "-B", _LIBRARY, verb, _REQUEST),
        input_digest=await engine.merge([inputs, request_file]),
        immutable_input_digests={_LIBRARY: library.digest},
        append_only_caches={_HOST_CACHE: _HOST},
        output_files=(_RESULT,),
        output_directories=tuple(output_directories),
        description=description,
        level=level,
        cache_scope=cache_scope,
        remote_cache_speculation_delay_millis=(await engine.options()).remote_cache_head_start_millis,
    )


def failure(result: FallibleProcessResult, what: str) -> StrataError | None:
    """The error that a process of the library ended with. Raises RuntimeError where it is no user's: a bug of ours."""
    if result.exit_code == 0:
        return None
    text = result.stderr.decode("utf-8", "replace")
    try:
        return StrataError.from_json(text.strip().splitlines()[-1], exit_code=result.exit_code)
    except (ValueError, KeyError, IndexError, TypeError):
        raise RuntimeError(f"{what} ended with exit code {result.exit_code}:\n{text}") from None


async def told(result: FallibleProcessResult) -> dict[str, Any]:
    """What the verb of a process that succeeded returned."""
    files = await engine.contents(await engine.only(result.output_digest, [_RESULT]))
    fields: dict[str, Any] = json.loads(files[_RESULT])
    return fields


async def layer_output(
    process: Process, where: str, interpreter: Interpreter, *, names: Mapping[str, str] | None = None
) -> tuple[ArtifactLayer, dict[str, Any]]:
    """Runs a process that makes a layer: the layer, and the whole result of the verb. Errors carry the address.

    :param names: directory of a large input → what people call what is in it: pip 25.2.
    """
    result = await engine.execute(process)
    error = failure(result, process.description)
    if error is not None:
        raise error.at(where)
    fields = await told(result)
    blob = await engine.only(result.output_digest, [f"{BLOBS}/**"])
    inputs = _inputs(process, {_PYTHON: f"CPython {interpreter.version}", **(names or {})})
    return ArtifactLayer(Layer.from_json(fields), blob, inputs), fields


def _inputs(process: Process, names: Mapping[str, str]) -> FrozenDict[str, Input]:
    """What decides the key of a process, for the build record (strata.attest.build_inputs)."""
    titles = {_PYTHON: "interpreter", _LIBRARY: "strata"}
    large = {
        titles.get(directory, directory.lstrip(".")): Input(names.get(directory, ""), digest.fingerprint)
        for directory, digest in process.immutable_input_digests.items()
    }
    return FrozenDict({**large, "files": Input("", process.input_digest.fingerprint)})


@rule
async def library_slice(request: LibrarySliceRequest) -> LibrarySlice:
    files = _closure(["strata.verbs", VERBS[request.verb]])
    return LibrarySlice(await engine.create({**files, "__main__.py": _START.encode()}))


def _closure(modules: Iterable[str]) -> dict[str, bytes]:
    """The sources of modules and of all that they import from the library, by path."""
    found: dict[str, bytes] = {}
    queue = list(modules)
    seen = set()
    while queue:
        module = queue.pop()
        if module in seen:
            continue
        seen.add(module)
        path, source = _source(module)
        if source is None:
            continue
        found[path] = source
        queue += _imports(ast.parse(source))
        # Importing a.b.c imports a and a.b.
        queue += [module.rpartition(".")[0]] if "." in module else []
    return found


def _source(module: str) -> tuple[str, bytes | None]:
    relative = module.replace(".", "/")
    for path in (f"{relative}/__init__.py", f"{relative}.py"):
        try:
            return path, pkgutil.get_data("strata", path[len("strata/") :])
        except OSError:
            continue
    return relative, None


def _imports(tree: ast.AST) -> Iterable[str]:
    """Names that may be modules of the library; `from package import name` may name a module or something in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "strata")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "strata":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rules() -> Iterable[Rule]:
    return collect_rules()
