from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestContents, FileContent
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import RuleRunner
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.library_slice import LibrarySlice, LibrarySliceRequest
from pants_strata.library_process import canonical, failure, on_host, on_interpreter
from strata.errors import StrataError
from strata.errors.fetch import PackageGone, package_gone
from strata.oci.platform import Platform
from strata.verbs import VERBS
from support.rules import repository, write

SECRETS = {
    "HOME": "/home/secret-user",
    "PATH": "/secret-path",
    "PIP_INDEX_URL": "https://secret-user:secret-word@secret-index.example/simple",
    "HTTPS_PROXY": "http://secret-proxy.example",
    "SSL_CERT_FILE": "/secret-bundle.pem",
}
ADDRESS = Address("secret-folder", target_name="secret-target")


@dataclass(frozen=True)
class OnHost:
    pass


@dataclass(frozen=True)
class OnInterpreter:
    interpreter: Interpreter
    wheels: Digest


@rule
async def process_on_host(_: OnHost) -> Process:
    return await on_host(
        "fetch-wheel", canonical({"name": "demo"}), description=f"Fetch for {ADDRESS}", output_directories=("files",)
    )


@rule
async def process_on_interpreter(request: OnInterpreter) -> Process:
    return await on_interpreter(
        request.interpreter,
        "dependencies-layer",
        {"b": 1, "a": ["é"]},
        description=f"Install for {ADDRESS}",
        large_inputs={"wheels": request.wheels},
    )


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
    assert process.argv == (".host/python", "-I", "-B", ".strata", "fetch-wheel", ".request.json")
    assert dict(process.env) == {}
    assert dict(process.append_only_caches) == {"strata_host": ".host"}
    assert process.output_files == ("result.json",)
    assert process.output_directories == ("files",)
    assert contents(runner, process.input_digest) == {".request.json": b'{"name":"demo"}'}
    assert list(process.immutable_input_digests) == [".strata"]
    assert_no_machine(runner, process)


def test_process_on_the_interpreter(runner: RuleRunner) -> None:
    interpreter = Interpreter(
        address=ADDRESS,
        platform=Platform("linux", "amd64"),
        version="3.13.5",
        glibc=(2, 41),
        tree=create(runner, {"usr/bin/python3.13": b"python"}),
        debian=DebianPackages((), FrozenDict()),
        base=ADDRESS,
    )
    wheels = create(runner, {"demo.whl": b"wheel"})
    process = runner.request(Process, [OnInterpreter(interpreter, wheels)])
    assert process.argv == (
        ".python/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "--inhibit-cache",
        "--library-path",
        ".python/usr/lib/x86_64-linux-gnu",
        ".python/usr/bin/python3.13",
        "-I",
        "-B",
        ".strata",
        "dependencies-layer",
        ".request.json",
    )
    assert dict(process.env) == {"OPENSSL_CONF": "/dev/null"}
    assert dict(process.append_only_caches) == {}
    assert contents(runner, process.input_digest) == {".request.json": b'{"a":["\\u00e9"],"b":1}'}
    assert sorted(process.immutable_input_digests) == [".python", ".strata", "wheels"]
    assert {".python/usr/bin/python3.13", "wheels/demo.whl"} < set(made_of(runner, process))
    assert (process.output_files, process.output_directories) == (("result.json",), ("blobs",))
    assert_no_machine(runner, process)


def test_canonical() -> None:
    assert canonical({"b": [1, 2], "a": {"d": 1, "c": None}}) == '{"a":{"c":null,"d":1},"b":[1,2]}'


# ---- the library of a process ---------------------------------------------------------------------------------------


def library(runner: RuleRunner, verb: str) -> dict[str, bytes]:
    return contents(runner, runner.request(LibrarySlice, [LibrarySliceRequest(verb)]).digest)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_library_of_a_verb_can_be_imported(runner: RuleRunner, verb: str, tmp_path: Path) -> None:
    for path, content in library(runner, verb).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {VERBS[verb]}, strata.verbs"
    subprocess.run([sys.executable, "-I", "-B", "-S", "-c", code], check=True, timeout=60)
    # It starts, imports all, and comes as far as its request.
    command = [sys.executable, "-I", "-B", str(tmp_path), verb, "absent.json"]
    ended = subprocess.run(command, timeout=60, stderr=subprocess.PIPE, text=True)
    assert ended.stderr.splitlines()[-1].startswith("FileNotFoundError: ")


def test_library_of_a_verb_is_no_larger_than_needed(runner: RuleRunner) -> None:
    """An edit of one step leaves the keys of the others alone."""
    fetch, app = set(library(runner, "fetch-wheel")), set(library(runner, "app-layer"))
    assert "strata/fetch/wheel.py" in fetch
    others = {path for path in fetch if path.startswith(("strata/layers", "strata/oci", "strata/venv", "strata/plan"))}
    assert others == {f"strata/venv/{name}.py" for name in ("__init__", "dist_info", "wheel_metadata")}
    assert "strata/layers/app.py" in app
    assert not {path for path in app if path.startswith("strata/fetch") or path.endswith("_test.py")}
    assert "strata/debian/packages/archive.py" not in app


# ---- results --------------------------------------------------------------------------------------------------------


def result(exit_code: int, stderr: str) -> FallibleProcessResult:
    return cast(FallibleProcessResult, SimpleNamespace(exit_code=exit_code, stderr=stderr.encode()))


def test_success() -> None:
    assert failure(result(0, "a warning"), "It") is None


def test_error_of_the_user() -> None:
    error = failure(result(2, "a warning\n" + StrataError("No.", found=["x"], fix="Do.").to_json() + "\n"), "It")
    assert str(error) == "No.\nFound:\n  x\nFix: Do."
    assert type(error) is StrataError


def test_kind_of_an_error() -> None:
    assert type(failure(result(3, package_gone("libc6", "1").to_json()), "It")) is PackageGone


@pytest.mark.parametrize("stderr", ["", "Traceback\nValueError: no", "[1]", '{"happened": "x"}', "5"])
def test_defect_of_the_library(stderr: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        failure(result(1, stderr), "Write a layer")
    assert str(caught.value) == f"Write a layer ended with exit code 1:\n{stderr}"
