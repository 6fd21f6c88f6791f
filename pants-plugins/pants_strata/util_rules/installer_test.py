from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestContents, FileContent, MergeDigests, PathGlobs
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.installer import Installer, InstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreter, BuildInterpreterRequest, Interpreter
from pants_strata.target_types import PythonInstallerTarget
from pants_strata.util_rules.installer import build_installer, shipped_lock
from strata.errors import StrataError
from strata.locks.installers import TOOLS, read_installer_lock
from strata.protocol import fetch_wheel
from support.mocked_rules import run_mocked

ADDRESS = Address("third", target_name="tool")
DIGEST = Digest("a" * 64, 1)
INTERPRETER = Interpreter(ADDRESS, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), ADDRESS)
SHIPPED = {
    tool: read_installer_lock(shipped_lock(tool), "", tool, python="3.13.5", platform=PLATFORM)[0].version
    for tool in TOOLS
}


@dataclass
class Engine:
    """The rest of the build: a repository that has `third/uv.lock` with some text, and wheels to fetch."""

    lock: Optional[str] = None
    fetched: list[str] = field(default_factory=list)

    def contents(self, _: Digest) -> DigestContents:
        return DigestContents([FileContent("third/uv.lock", self.lock.encode())] if self.lock is not None else [])

    def fetch(self, request: FetchRequest) -> FetchResult:
        wanted = request.wanted
        assert isinstance(wanted, fetch_wheel.Request)
        self.fetched.append(f"{wanted.name} {wanted.version}")
        file = f"{wanted.name}.whl"
        return FetchResult(DIGEST, file, fetch_wheel.Result(file, 1, (), ()))

    def build(self, **fields: str) -> Installer:
        target = PythonInstallerTarget(fields, ADDRESS)
        built: Installer = run_mocked(
            build_installer,
            [InstallerRequest(ADDRESS, ADDRESS)],
            {
                (WrappedTarget, WrappedTargetRequest): lambda _: WrappedTarget(target),
                (BuildInterpreter, BuildInterpreterRequest): lambda _: BuildInterpreter(INTERPRETER, DIGEST),
                (Digest, PathGlobs): lambda _: DIGEST,
                (DigestContents, Digest): self.contents,
                (FetchResult, FetchRequest): self.fetch,
                (Digest, MergeDigests): lambda _: DIGEST,
            },
        )
        return built


def refusal(engine: Engine, **fields: str) -> str:
    with pytest.raises(StrataError) as caught:
        engine.build(**fields)
    assert engine.fetched == []
    return str(caught.value)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_lock_that_comes_along_serves_where_no_other_is_named(tool: str) -> None:
    engine = Engine(lock="not read")
    built = engine.build(tool=tool, version=SHIPPED[tool])
    assert (built.tool, built.version) == (tool, SHIPPED[tool])
    assert engine.fetched[0] == f"{tool} {SHIPPED[tool]}"
    assert built.files[0] == f"{tool}.whl"


def test_a_lock_of_the_repository() -> None:
    engine = Engine(lock=f"uv==0.9.0 --hash=sha256:{'b' * 64}\n")
    assert engine.build(tool="uv", lockfile="uv.lock").version == "0.9.0"
    assert engine.fetched == ["uv 0.9.0"]


def test_the_lock_does_not_exist() -> None:
    assert refusal(Engine(), tool="uv", lockfile="uv.lock") == (
        "third:tool: The lock file third/uv.lock does not exist.\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=third:tool`."
    )


def test_another_version_than_that_of_the_lock_that_comes_along() -> None:
    assert refusal(Engine(), tool="uv", version="0.1.0") == (
        f"third:tool: uv 0.1.0 has no lock: {SHIPPED['uv']} is the version that Strata brings one for.\n"
        'Fix: set `lockfile="uv.lock"` and write it with `./pants generate-lockfiles --resolve=third:tool`, or leave '
        "`version` out."
    )


def test_another_version_than_that_of_the_repositorys_lock() -> None:
    engine = Engine(lock=f"uv==0.9.0 --hash=sha256:{'b' * 64}\n")
    assert refusal(engine, tool="uv", lockfile="uv.lock", version="0.8.0") == (
        "third:tool: The lock third/uv.lock holds uv 0.9.0, but the target asks for 0.8.0.\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=third:tool`, or change `version`."
    )
