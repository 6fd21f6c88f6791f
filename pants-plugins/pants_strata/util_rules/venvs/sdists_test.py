from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import (
    CreateDigest,
    Digest,
    DigestContents,
    DigestSubset,
    FileContent,
    MergeDigests,
    PathGlobs,
    RemovePrefix,
)
from pants.engine.process import FallibleProcessResult, Process, ProcessResultMetadata
from pants.engine.rules import rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.installer import Installer, InstallerRequest, PreparedInstaller, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreter, BuildInterpreterRequest, Interpreter
from pants_strata.artifacts.library_slice import CompiledSlice, CompiledSliceRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.target_types import PythonVenvTarget
from pants_strata.util_rules.venvs.sdists import allowed_sdists, with_built_wheels
from strata.errors import StrataError
from strata.errors.builds import build_failed
from strata.errors.unworded import UnwordedError
from strata.oci.platform import Platform
from strata.protocol import build_wheel, fetch_wheel
from strata.protocol.wheel import Wheel
from support.mocked_rules import origin, run_mocked

ADDRESS = Address("third", target_name="venv")
DIGEST, OUTPUT, BUILT, LOCKED = (Digest(letter * 64, 1) for letter in "abcd")
INTERPRETER = Interpreter(ADDRESS, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), ADDRESS)
FOREIGN = replace(INTERPRETER, platform=Platform("linux", "arm64"))
INSTALLER = InstallerRequest(ADDRESS, ADDRESS)
WHEEL = LockedWheel("flask", "3.0", "flask-3.0-py3-none-any.whl", 9, (), ("flask",), DIGEST)
SDIST = LockedWheel("pure", "1.0", "pure-1.0.tar.gz", 5, (), (), DIGEST)
LOCK = b"setuptools==80.9 --hash=sha256:" + b"a" * 64 + b"\nwin==1 ; sys_platform == 'win32' --hash=sha256:" + b"b" * 64


@dataclass(frozen=True)
class Wheels:
    wheels: tuple[LockedWheel, ...]


@rule
async def built(target: Target, wheels: Wheels, interpreter: Interpreter, installer: InstallerRequest) -> Wheels:
    return Wheels(await with_built_wheels(target, wheels.wheels, interpreter, installer))


@dataclass(frozen=True)
class Ended:
    """What is read of a FallibleProcessResult, whose other fields differ between releases of Pants."""

    exit_code: int
    stderr: bytes
    output_digest: Digest
    metadata: ProcessResultMetadata = field(default_factory=origin)


@dataclass
class Engine:
    """The rest of the build: a lock of build requirements, and a process that builds `pure`."""

    lock: bytes = LOCK
    wheel: str = "pure-1.0-py3-none-any.whl"
    differing: tuple[str, ...] = ()
    error: str = ""
    fetched: list[str] = field(default_factory=list)
    requests: list[build_wheel.Request] = field(default_factory=list)

    def paths(self, globs: PathGlobs) -> Digest:
        assert globs.globs == ("third/build.lock",)
        return LOCKED

    def contents(self, digest: Digest) -> DigestContents:
        if digest == LOCKED:
            return DigestContents([FileContent("third/build.lock", self.lock)] if self.lock else [])
        assert digest == OUTPUT
        result = build_wheel.Result(self.wheel, 7, ("six",), ("pure",), self.differing, file_count=3)
        return DigestContents([FileContent("result.json", result.to_json().encode())])

    def fetch(self, request: FetchRequest) -> FetchResult:
        wanted = request.wanted
        assert isinstance(wanted, fetch_wheel.Request)
        assert not wanted.sdist
        self.fetched.append(wanted.name)
        file = f"{wanted.name}-{wanted.version}-py3-none-any.whl"
        return FetchResult(DIGEST, file, fetch_wheel.Result(file, 1, (), ()))

    def create(self, files: CreateDigest) -> Digest:
        (request,) = files
        assert isinstance(request, FileContent)
        self.requests.append(build_wheel.Request.from_json(request.content.decode()))
        return DIGEST

    def execute(self, process: Process) -> Ended:
        assert process.description == "Build a wheel of pure 1.0 with uv 0.9"
        return Ended(2 if self.error else 0, self.error.encode(), OUTPUT)

    def subset(self, request: DigestSubset) -> Digest:
        assert request.digest == OUTPUT
        return OUTPUT

    def unprefixed(self, request: RemovePrefix) -> Digest:
        assert request == RemovePrefix(OUTPUT, "files")
        return BUILT

    def build(
        self, *wheels: LockedWheel, lockfile: Optional[str] = "build.lock", interpreter: Interpreter = INTERPRETER
    ) -> tuple[LockedWheel, ...]:
        target = PythonVenvTarget({"allow_sdists": ["Pure"], "build_lockfile": lockfile}, ADDRESS)
        result: Wheels = run_mocked(
            built,
            [target, Wheels(wheels), interpreter, INSTALLER],
            {
                (Digest, PathGlobs): self.paths,
                (DigestContents, Digest): self.contents,
                (FetchResult, FetchRequest): self.fetch,
                (BuildInterpreter, BuildInterpreterRequest): lambda _: BuildInterpreter(INTERPRETER, DIGEST),
                (PreparedInstaller, PreparedInstallerRequest): lambda _: PreparedInstaller(
                    Installer(ADDRESS, "uv", "0.9", DIGEST, ("uv.whl",)), DIGEST
                ),
                (CompiledSlice, CompiledSliceRequest): lambda _: CompiledSlice(DIGEST, 0),
                (Digest, CreateDigest): self.create,
                (Digest, MergeDigests): lambda _: DIGEST,
                (FallibleProcessResult, Process): self.execute,
                (Digest, DigestSubset): self.subset,
                (Digest, RemovePrefix): self.unprefixed,
            },
        )
        return result.wheels


def refusal(engine: Engine) -> str:
    with pytest.raises(StrataError) as caught:
        engine.build(WHEEL, SDIST)
    return str(caught.value)


def test_without_source_distributions_nothing_is_read_or_built() -> None:
    engine = Engine(lock=b"no lock at all")
    assert engine.build(WHEEL) == (WHEEL,)
    assert (engine.fetched, engine.requests) == ([], [])


def test_a_built_wheel_takes_the_place_of_its_source_distribution(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine()
    wheel = LockedWheel("pure", "1.0", "pure-1.0-py3-none-any.whl", 7, ("six",), ("pure",), BUILT, SDIST, file_count=3)
    assert engine.build(SDIST, WHEEL) == (wheel, WHEEL)
    assert caplog.records == []


def test_a_build_has_the_locked_requirements_that_apply_to_the_platform() -> None:
    engine = Engine()
    engine.build(SDIST)
    (request,) = engine.requests
    assert engine.fetched == ["setuptools"]
    assert request.requirements == (Wheel("setuptools", "80.9", Path("requirements/setuptools-80.9-py3-none-any.whl")),)
    assert request.sdist == build_wheel.Sdist("pure", "1.0", Path("pure-1.0.tar.gz"))


def test_without_a_build_lockfile_a_build_has_no_requirements() -> None:
    engine = Engine()
    engine.build(SDIST, lockfile=None)
    assert engine.fetched == []
    assert [request.requirements for request in engine.requests] == [()]


def test_a_wheel_that_differs_when_it_is_built_again_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Engine(differing=("pure/stamp.txt",)).build(SDIST)
    assert [record.getMessage() for record in caplog.records] == [
        "third:venv: pure 1.0 was built twice from its source distribution, and the wheels differ. Images on machines "
        "that do not share a cache will differ too:\n  pure/stamp.txt"
    ]


def test_the_build_lockfile_does_not_exist() -> None:
    assert refusal(Engine(lock=b"")) == (
        "third:venv: The lock file third/build.lock does not exist.\n"
        "Fix: list what builds need (setuptools, say) in build.in beside it and run `uv pip compile --generate-hashes "
        "-o build.lock build.in` there, or name another file in `build_lockfile`."
    )


def test_a_build_that_fails_names_the_venv() -> None:
    error = UnwordedError("builds", "build_failed", ["pure 1.0", "uv", [], ["no module named x"]])
    expected = build_failed("pure 1.0", "uv", [], ["no module named x"]).at("third:venv")
    assert refusal(Engine(error=error.to_json())) == str(expected)


def test_an_image_for_another_platform_takes_a_wheel_for_all_of_them() -> None:
    engine = Engine()
    (wheel,) = engine.build(SDIST, interpreter=FOREIGN)
    assert wheel.file == "pure-1.0-py3-none-any.whl"
    # The build runs here, with what is locked for here.
    assert engine.requests[0].interpreter.loader == ".python/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"


def test_a_wheel_for_this_machine_in_an_image_for_another_platform() -> None:
    native = "pure-1.0-cp313-cp313-linux_x86_64.whl"
    assert Engine(wheel=native).build(SDIST)[0].file == native
    with pytest.raises(StrataError) as caught:
        Engine(wheel=native).build(SDIST, interpreter=FOREIGN)
    assert str(caught.value) == (
        "third:venv: pure 1.0 was built for linux/amd64, where this build runs, and the image is for linux/arm64.\n"
        "Found:\n"
        "  pure-1.0-cp313-cp313-linux_x86_64.whl\n"
        "Fix: lock a version that has a wheel for linux/arm64; or build one on such a machine with `pip wheel`, and "
        "put it into an index or a find-links folder."
    )


def test_names_of_allowed_source_distributions_are_in_normal_form() -> None:
    assert allowed_sdists(PythonVenvTarget({"allow_sdists": ["Pure_Thing"]}, ADDRESS)) == {"pure-thing"}
