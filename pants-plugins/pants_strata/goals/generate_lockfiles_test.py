from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pants.core.goals.generate_lockfiles import (
    GenerateLockfileResult,
    KnownUserResolveNames,
    UserGenerateLockfiles,
)
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent, PathGlobs
from pants.engine.rules import QueryRule
from pants.testutil.rule_runner import MockGet, RuleRunner, run_rule_with_mocks

from pants_strata.artifacts.debian_lock import DebianLockRequest, ResolvedDebianLock
from pants_strata.artifacts.standalone import ResolvedStandaloneLock, StandaloneLockRequest
from pants_strata.goals.generate_lockfiles import (
    GenerateBaseLockfile,
    GenerateDebianLockfile,
    GenerateInstallerLockfile,
    GenerateStandaloneLockfile,
    KnownResolvesRequest,
    RequestedResolves,
    generate_debian_lockfile,
    generate_standalone_lockfile,
)
from strata.debian.defaults import EXCLUDED
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from strata.standalone.lock import StandaloneInputs, StandaloneLock, standalone_lock_text
from strata.standalone.shipped import RELEASE
from support.mocked_rules import run_mocked
from support.rules import repository, write

FILES = {
    "third/BUILD": (
        "debian_packages(name='base', packages=['libc6', 'tzdata'], exclude=['dpkg'], lockfile='debian.lock.json')\n"
        "python_interpreter(name='cpython', version='3.11', release='bookworm', lockfile='my.lock.json')\n"
        "debian_packages(name='without-lock')\n"
        "python_installer(name='pip')\n"
        "python_installer(name='uv', tool='uv', version='0.9.0', lockfile='uv.lock')\n"
        "python_venv(name='venv')\n"
        "python_interpreter(name='standalone', version='3.12', provider='standalone', lockfile='pbs.lock.json')\n"
        "oci_base(name='tagged', image='registry.example/base:1', lockfile='base.oci.json')\n"
    ),
}


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository(
        [
            QueryRule(KnownUserResolveNames, [KnownResolvesRequest]),
            QueryRule(UserGenerateLockfiles, [RequestedResolves]),
        ]
    )


def requested(runner: RuleRunner, *names: str) -> list[Any]:
    write(runner, FILES, "--strata-interpreter=third:cpython")
    return list(runner.request(UserGenerateLockfiles, [RequestedResolves(names)]))


# ---- resolves -------------------------------------------------------------------------------------------------------


def test_known_resolves(runner: RuleRunner) -> None:
    write(runner, FILES)
    known = runner.request(KnownUserResolveNames, [KnownResolvesRequest()])
    assert sorted(known.names) == ["third:base", "third:cpython", "third:standalone", "third:tagged", "third:uv"]
    assert known.requested_resolve_names_cls is RequestedResolves


def test_resolve_of_a_standalone_build(runner: RuleRunner) -> None:
    (request,) = requested(runner, "third:standalone")
    assert isinstance(request, GenerateStandaloneLockfile)
    assert request.lockfile_dest == "third/pbs.lock.json"
    assert request.lock.inputs == StandaloneInputs("3.12", RELEASE)


def test_the_lock_of_a_standalone_build_is_written() -> None:
    address = Address("third", target_name="standalone")
    inputs = StandaloneInputs("3.12", "20260501")
    lock = StandaloneLock(inputs, "3.12.13", ())
    request = GenerateStandaloneLockfile(
        "third:standalone",
        "third/my.lock.json",
        False,
        StandaloneLockRequest(address, "third/my.lock.json", inputs, "3.12"),
    )
    written: dict[str, str] = {}

    def create(wanted: CreateDigest) -> Digest:
        written.update({file.path: file.content.decode() for file in wanted if isinstance(file, FileContent)})
        return EMPTY_DIGEST

    result = run_mocked(
        generate_standalone_lockfile,
        [request],
        {
            (ResolvedStandaloneLock, StandaloneLockRequest): lambda _: ResolvedStandaloneLock(lock),
            (Digest, CreateDigest): create,
        },
    )
    assert result == GenerateLockfileResult(EMPTY_DIGEST, "third:standalone", "third/my.lock.json")
    assert written == {"third/my.lock.json": standalone_lock_text(lock)}


def test_resolve_of_debian_packages(runner: RuleRunner) -> None:
    (request,) = requested(runner, "third:base")
    assert isinstance(request, GenerateDebianLockfile)
    assert (request.resolve_name, request.lockfile_dest, request.diff) == (
        "third:base",
        "third/debian.lock.json",
        True,
    )
    assert request.lock.inputs == LockInputs.of(
        suites=("trixie", "trixie-updates", "trixie-security"),
        components=("main",),
        roots=("libc6", "tzdata"),
        excluded=("dpkg",),
    )


def test_resolve_of_an_interpreter(runner: RuleRunner) -> None:
    (request,) = requested(runner, "third:cpython")
    assert isinstance(request, GenerateDebianLockfile)
    assert request.lockfile_dest == "third/my.lock.json"
    assert request.lock.inputs.roots == (
        "libzstd1",
        "python3-distutils",
        "python3-lib2to3",
        "python3.11",
        "python3.11-venv",
    )
    assert request.lock.inputs.excluded == tuple(sorted({*EXCLUDED, "python3"} - {"python3-setuptools-whl"}))
    assert request.lock.inputs.suites == ("bookworm", "bookworm-security", "bookworm-updates")


def test_resolve_of_an_installer(runner: RuleRunner) -> None:
    (request,) = requested(runner, "third:uv")
    assert isinstance(request, GenerateInstallerLockfile)
    assert (request.lockfile_dest, request.lock.tool, request.lock.version, request.lock.python) == (
        "third/uv.lock",
        "uv",
        "0.9.0",
        "3.11",
    )


def test_resolve_of_an_installer_for_the_interpreter_that_comes_along(runner: RuleRunner) -> None:
    write(runner, FILES)
    (request,) = runner.request(UserGenerateLockfiles, [RequestedResolves(["third:uv"])])
    assert isinstance(request, GenerateInstallerLockfile)
    assert request.lock.python == "3.13"


def test_resolve_of_a_base_in_a_registry(runner: RuleRunner) -> None:
    (request,) = requested(runner, "third:tagged")
    assert isinstance(request, GenerateBaseLockfile)
    assert (request.lockfile_dest, request.lock.reference) == ("third/base.oci.json", "registry.example/base:1")


def test_only_what_is_asked_for(runner: RuleRunner) -> None:
    assert [request.resolve_name for request in requested(runner, "third:uv", "third:base")] == [
        "third:base",
        "third:uv",
    ]


# ---- differences ----------------------------------------------------------------------------------------------------

INPUTS = LockInputs.of(suites=("trixie",), components=("main",), roots=("libc6",), excluded=())
LIBC = LockedPackage("libc6", "2.41-12", "amd64", "pool/libc6_2.41-12_amd64.deb", 9, "a" * 64, "debian")
GCC = LockedPackage("gcc-14-base", "14.2.0-19", "amd64", "pool/gcc_14.2.0-19_amd64.deb", 9, "b" * 64, "debian")
NEWER = replace(LIBC, version="2.41-12+deb13u1", path="pool/libc6_2.41-12+deb13u1_amd64.deb")


def lock(*packages: LockedPackage, platforms: tuple[str, ...] = ("linux/amd64",)) -> DebianLock:
    return DebianLock(INPUTS, tuple(PlatformPackages(platform, packages) for platform in platforms))


def generate(new: DebianLock, old: str | None) -> tuple[GenerateLockfileResult, str]:
    """The result of the rule, and the text that it writes, where the repository has `old`."""
    request = DebianLockRequest(Address("third", target_name="base"), "third/base.lock.json", INPUTS, "trixie")
    existing = [FileContent("third/base.lock.json", old.encode())] if old is not None else []
    written: list[FileContent] = []

    def create(files: CreateDigest) -> Digest:
        written.extend(file for file in files if isinstance(file, FileContent))
        return EMPTY_DIGEST

    result: GenerateLockfileResult = run_rule_with_mocks(
        generate_debian_lockfile,
        rule_args=[GenerateDebianLockfile("third:base", "third/base.lock.json", diff=True, lock=request)],
        mock_gets=[
            MockGet(ResolvedDebianLock, (DebianLockRequest,), lambda _: ResolvedDebianLock(new)),
            MockGet(Digest, (PathGlobs,), lambda _: EMPTY_DIGEST),
            MockGet(DigestContents, (Digest,), lambda _: DigestContents(existing)),
            MockGet(Digest, (CreateDigest,), create),
        ],
    )
    (file,) = written
    assert file.path == result.path == "third/base.lock.json"
    return result, file.content.decode()


def test_first_lock() -> None:
    new = lock(LIBC)
    result, text = generate(new, None)
    assert (text, result.diff, result.resolve_name) == (debian_lock_text(new), None, "third:base")


def test_difference() -> None:
    result, _ = generate(lock(NEWER), debian_lock_text(lock(LIBC, GCC)))
    assert result.diff is not None
    assert {name: [str(each) for each in change] for name, change in result.diff.upgraded.items()} == {
        "libc6": ["2.41-12", "2.41-12+deb13u1"]
    }
    assert [(name, str(version)) for name, version in result.diff.removed.items()] == [("gcc-14-base", "14.2.0-19")]
    assert (dict(result.diff.added), dict(result.diff.downgraded)) == ({}, {})


def test_downgrade_is_seen_as_one() -> None:
    result, _ = generate(lock(LIBC), debian_lock_text(lock(NEWER)))
    assert result.diff is not None
    assert list(result.diff.downgraded) == ["libc6"]


def test_difference_by_platform() -> None:
    platforms = ("linux/amd64", "linux/arm64")
    result, _ = generate(lock(LIBC, platforms=platforms), debian_lock_text(lock(platforms=platforms)))
    assert result.diff is not None
    assert sorted(result.diff.added) == ["libc6 (linux/amd64)", "libc6 (linux/arm64)"]


@pytest.mark.parametrize("old", ["", "<<<<<<< HEAD\n", '{"format": 0}'])
def test_damaged_lock_is_replaced(old: str) -> None:
    new = lock(LIBC)
    result, text = generate(new, old)
    assert (text, result.diff) == (debian_lock_text(new), None)
