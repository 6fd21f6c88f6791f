from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pants.engine.addresses import Address
from pants.engine.environment import EnvironmentName
from pants.engine.fs import CreateDigest, Digest, DigestContents, DigestSubset, FileContent
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import MockGet, RuleRunner, run_rule_with_mocks
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.interpreter import BuildInterpreter, Interpreter
from pants_strata.artifacts.library_slice import LibrarySlice, LibrarySliceRequest
from pants_strata.library_process import Answer, Step, answer, on_host, on_interpreter
from pants_strata.progress import Phase
from strata.errors.fetch import PackageGone, package_gone
from strata.errors.unworded import UnwordedError
from strata.oci.platform import Platform
from strata.protocol import fetch_wheel, venv_layer
from strata.verbs import VERBS
from support.mocked_rules import origin
from support.rules import repository, write

SECRETS = {
    "HOME": "/home/secret-user",
    "PATH": "/secret-path",
    "PIP_INDEX_URL": "https://secret-user:secret-word@secret-index.example/simple",
    "HTTPS_PROXY": "http://secret-proxy.example",
    "SSL_CERT_FILE": "/secret-bundle.pem",
}
ADDRESS = Address("secret-folder", target_name="secret-target")
OUTPUT = Digest("e" * 64, 1)
ORIGIN = origin()
LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
# In place of an interpreter: it writes how it was started into the file that its last argument names.
COMPILER = b'#!/bin/sh\nshift 4\nprintf "%s %s %s %s %s %s" "$@" > compiled\n: > program.pyc\n'


@dataclass(frozen=True)
class OnHost:
    pass


@dataclass(frozen=True)
class OnInterpreter:
    interpreter: BuildInterpreter
    wheels: Digest


FETCH = fetch_wheel.Request("demo", "1.0", ("a" * 64,), "py3-none-any", python="3.13", platform="any", sdist=False)


@rule
async def process_on_host(_: OnHost) -> Process:
    step = await on_host(HostPrepared(), FETCH, description=f"Fetch for {ADDRESS}", output_directories=("files",))
    return step.process


@rule
async def process_on_interpreter(request: OnInterpreter) -> Process:
    with Phase("Wrote", "layer").step() as counted:
        step = await on_interpreter(
            request.interpreter,
            venv_layer.Request(python="3.13", program="/usr/bin/python3.13", compression="gzip"),
            description=f"Install for {ADDRESS}",
            large_inputs={"wheels": request.wheels},
            counted=counted,
        )
    return step.process


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> RuleRunner:
    runner = repository(
        [
            process_on_host,
            process_on_interpreter,
            QueryRule(Process, [OnHost]),
            QueryRule(Process, [OnInterpreter]),
            QueryRule(LibrarySlice, [LibrarySliceRequest]),
            QueryRule(DigestContents, [Digest]),
            QueryRule(Digest, [CreateDigest]),
        ]
    )
    caches = tmp_path_factory.mktemp("secret-caches")
    write(
        runner,
        {},
        f"--named-caches-dir={caches}",
        "--strata-debian-mirror=https://secret-mirror.example/debian",
        "--python-repos-indexes=['https://secret-index.example/simple']",
        env=SECRETS,
    )
    return runner


def contents(runner: RuleRunner, digest: Digest) -> dict[str, bytes]:
    return {file.path: file.content for file in runner.request(DigestContents, [digest])}


def made_of(runner: RuleRunner, process: Process) -> dict[str, bytes]:
    """All input files of a process, those of its large inputs below their directories."""
    files = contents(runner, process.input_digest)
    for folder, digest in process.immutable_input_digests.items():
        files.update({f"{folder}/{path}": content for path, content in contents(runner, digest).items()})
    return files


def assert_no_machine(runner: RuleRunner, process: Process) -> None:
    """No part of the key holds what only this machine, this user or this repository has."""
    files = made_of(runner, process)
    parts = [*process.argv, *process.env, *process.env.values(), process.working_directory or "", *files]
    text = "\n".join(parts).encode() + b"\n".join(files.values())
    found = [
        word
        for word in ("secret", 'debian_mirror":', runner.build_root, str(Path.home()), sys.prefix, sys.executable)
        if word.encode() in text
    ]
    assert found == []
    assert not [part for part in process.argv if part.startswith("/")]


def create(runner: RuleRunner, files: dict[str, bytes]) -> Digest:
    return runner.request(Digest, [CreateDigest([FileContent(path, content) for path, content in files.items()])])


# ---- processes ------------------------------------------------------------------------------------------------------


def test_process_on_the_host(runner: RuleRunner) -> None:
    process = runner.request(Process, [OnHost()])
    assert process.argv == (".host/python", "-I", "-S", "-B", ".strata/program.py", "fetch-wheel", ".request.json")
    assert dict(process.env) == {}
    assert dict(process.append_only_caches) == {"strata_host": ".host"}
    assert process.output_files == ("result.json",)
    assert process.output_directories == ("files",)
    assert contents(runner, process.input_digest) == {".request.json": FETCH.to_json().encode()}
    assert list(process.immutable_input_digests) == [".strata"]
    assert_no_machine(runner, process)


def test_process_on_the_interpreter(runner: RuleRunner) -> None:
    interpreter = Interpreter(
        address=ADDRESS,
        platform=Platform("linux", "amd64"),
        version="3.13.5",
        glibc=(2, 41),
        debian=DebianPackages((), FrozenDict()),
        base=ADDRESS,
    )
    tree = runner.request(Digest, [CreateDigest([FileContent(LOADER, COMPILER, is_executable=True)])])
    wheels = create(runner, {"demo.whl": b"wheel"})
    process = runner.request(Process, [OnInterpreter(BuildInterpreter(interpreter, tree), wheels)])
    assert process.argv == (
        ".python/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "--inhibit-cache",
        "--library-path",
        ".python/usr/lib/x86_64-linux-gnu",
        ".python/usr/bin/python3.13",
        "-I",
        "-S",
        "-B",
        ".strata/program.pyc",
        "venv-layer",
        ".request.json",
    )
    assert process.description == f"Install for {ADDRESS} (1 of 1)"
    assert dict(process.env) == {"OPENSSL_CONF": "/dev/null"}
    assert dict(process.append_only_caches) == {}
    request = b'{"compression":"gzip","program":"/usr/bin/python3.13","python":"3.13"}'
    assert contents(runner, process.input_digest) == {".request.json": request}
    assert sorted(process.immutable_input_digests) == [".python", ".strata", "wheels"]
    assert {f".python/{LOADER}", "wheels/demo.whl"} < set(made_of(runner, process))
    assert (process.output_files, process.output_directories) == (("result.json",), ("blobs",))
    compiled = contents(runner, process.immutable_input_digests[".strata"])
    command = b"-I -S -B .strata/program.py compile ."
    assert compiled == {"program.pyc": b"", "compiled": command}
    assert_no_machine(runner, process)


# ---- the library of a process ---------------------------------------------------------------------------------------


def library(runner: RuleRunner, verb: str) -> dict[str, bytes]:
    return contents(runner, runner.request(LibrarySlice, [LibrarySliceRequest(verb)]).digest)


def modules(runner: RuleRunner, verb: str) -> set[str]:
    return set(json.loads(library(runner, verb)["sources.json"]))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_library_of_a_verb_can_be_imported(runner: RuleRunner, verb: str, tmp_path: Path) -> None:
    for path, content in library(runner, verb).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    # It starts, imports all, and comes as far as its request.
    command = [sys.executable, "-I", "-S", "-B", str(tmp_path / "program.py"), verb, "absent.json"]
    ended = subprocess.run(command, timeout=60, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert ended.stderr.splitlines()[-1].startswith(
        "FileNotFoundError: [Errno 2] No such file or directory: 'absent.json'"
    )


def test_library_of_a_verb_is_no_larger_than_needed(runner: RuleRunner) -> None:
    """An edit of one step leaves the keys of the others alone."""
    fetch, app = modules(runner, "fetch-wheel"), modules(runner, "app-layer")
    assert "strata/fetch/wheel.py" in fetch
    others = tuple(f"strata/{room}/" for room in ("layers", "oci", "debian", "plan", "installers", "attest", "audit"))
    assert not {path for path in fetch if path.startswith(others)}
    assert "strata/layers/app.py" in app
    assert not {path for path in app if path.startswith("strata/fetch") or path.endswith("_test.py")}
    assert "strata/debian/packages/archive.py" not in app


def test_files_of_a_slice_are_few(runner: RuleRunner) -> None:
    assert set(library(runner, "fetch-wheel")) == {"program.py", "sources.json"}
    script = "strata/interpreters/compile_modules.py"
    assert set(library(runner, "app-layer")) == {"program.py", "sources.json", script}


# ---- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Rules take and return plain types, which a generic one is not."""

    step: Step[fetch_wheel.Result]


@dataclass(frozen=True)
class Answered:
    answer: Answer[fetch_wheel.Result]


@rule
async def ask(asked: Asked) -> Answered:
    return Answered(await answer(asked.step))


def answered(exit_code: int, stderr: str = "", result: str = "") -> Answer[fetch_wheel.Result]:
    ended = SimpleNamespace(exit_code=exit_code, stderr=stderr.encode(), output_digest=OUTPUT, metadata=ORIGIN)
    found: Answered = run_rule_with_mocks(
        ask,
        rule_args=[Asked(Step(FETCH, Process(["python"], description="Fetch demo")))],
        mock_gets=[
            MockGet(FallibleProcessResult, (Process,), lambda _: cast(FallibleProcessResult, ended)),
            MockGet(FallibleProcessResult, (Process, EnvironmentName), lambda *_: cast(FallibleProcessResult, None)),
            MockGet(Digest, (DigestSubset,), lambda subset: subset.digest),
            MockGet(DigestContents, (Digest,), lambda _: DigestContents([FileContent("result.json", result.encode())])),
        ],
    )
    return found.answer


def test_value() -> None:
    told = fetch_wheel.Result("demo.whl", 7, ("click",), ("demo",))
    found = answered(0, "a warning", told.to_json())
    assert found == Answer(OUTPUT, told, None, ORIGIN)
    assert found.value_for(ADDRESS) == told


@pytest.mark.parametrize("source, cached", [("ran", False), ("hit_locally", True), ("hit_remotely", True)])
def test_an_answer_knows_whether_it_was_cached(source: str, cached: bool) -> None:
    assert Answer(OUTPUT, None, None, origin(source, run=9)).cached is cached


def test_a_step_of_a_phase_takes_what_its_process_took(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    times = iter([100.0, 800.0])
    with Phase("Fetched", "file", lambda: next(times)).step() as counted:
        Answer(OUTPUT, None, None, replace(origin("ran", run=9), total_elapsed_ms=8000)).count(counted, 16_000_000)
    assert caplog.messages == ["Fetched 1 file, 16.0 MB in 8 s (2.0 MB/s)"]


@pytest.mark.parametrize("exit_code", [2, 3])
def test_error_of_the_user(exit_code: int) -> None:
    reported = UnwordedError("fetch", "package_gone", ("libc6", "1"))
    found = answered(exit_code, f"a warning\n{reported.to_json()}\n")
    assert (found.value, type(found.error), str(found.error)) == (None, PackageGone, str(package_gone("libc6", "1")))
    with pytest.raises(PackageGone) as caught:
        found.value_for(ADDRESS)
    assert str(caught.value) == str(package_gone("libc6", "1").at(str(ADDRESS)))


@pytest.mark.parametrize("stderr", ["", "Traceback\nValueError: no", "[1]", '{"happened": "x"}', "5"])
def test_defect_of_the_library(stderr: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        answered(1, stderr)
    assert str(caught.value) == f"Fetch demo ended with exit code 1:\n{stderr}"
