from __future__ import annotations

import json
from datetime import date

import pytest
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents, FileContent, PathGlobs
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.python_version import Today, WantedPython
from pants_strata.artifacts.standalone import StandaloneBuild, StandaloneBuildRequest, StandaloneLockRequest
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import DebianPackagesTarget, OciBaseTarget, PythonInterpreterTarget
from pants_strata.util_rules.interpreters.interpreter import read_interpreter
from pants_strata.util_rules.interpreters.standalone import fetch_standalone_build
from pants_strata.util_rules.lock_requests import standalone_lock
from strata.debian.lock import LockedPackage
from strata.errors import StrataError
from strata.errors.standalone import archive_is_missing
from strata.oci.platform import Platform
from strata.protocol.interpreter import feature_version
from strata.protocol.standalone import fetch_standalone
from strata.standalone.lock import StandaloneInputs
from strata.standalone.shipped import RELEASE, shipped_standalone_lock
from support.mocked_rules import run_mocked

ADDRESS, BASE = Address("third", target_name="cpython"), Address("third", target_name="base")
DIGEST = Digest("d" * 64, 1)
SHIPPED = json.loads(shipped_standalone_lock("3.12"))
AMD64 = SHIPPED["platforms"]["linux/amd64"]
STANDALONE = create_subsystem(StandaloneSubsystem, release=RELEASE)
TARGETS: dict[Address, Target] = {
    ADDRESS: PythonInterpreterTarget({"version": "3.12", "provider": "standalone", "base": ":base"}, ADDRESS),
    BASE: DebianPackagesTarget({}, BASE),
}


def lock(lockfile: str = "", *, python: str = "3.12", release: str = RELEASE) -> StandaloneLockRequest:
    inputs = StandaloneInputs(feature_version(python), release)
    return StandaloneLockRequest(ADDRESS, lockfile, inputs, python)


def fetch(
    request: StandaloneLockRequest,
    *,
    files: dict[str, str] | None = None,
    platform: Platform = PLATFORM,
    error: StrataError | None = None,
) -> StandaloneBuild:
    contents = DigestContents([FileContent(path, text.encode()) for path, text in (files or {}).items()])

    def fetched(wanted: FetchRequest) -> FetchResult:
        assert isinstance(wanted.wanted, fetch_standalone.Request)
        assert wanted.wanted.url.startswith("{mirror}/")
        return FetchResult(error=error) if error else FetchResult(DIGEST, wanted.wanted.file)

    result: StandaloneBuild = run_mocked(
        fetch_standalone_build,
        [StandaloneBuildRequest(request, platform)],
        {
            (Digest, PathGlobs): lambda _: EMPTY_DIGEST,
            (DigestContents, Digest): lambda _: contents,
            (FetchResult, FetchRequest): fetched,
        },
    )
    return result


def message(request: StandaloneLockRequest, **more: object) -> str:
    with pytest.raises(StrataError) as caught:
        fetch(request, **more)  # type: ignore[arg-type]
    return str(caught.value)


def test_the_lock_that_comes_with_strata() -> None:
    assert fetch(lock()) == StandaloneBuild(SHIPPED["version"], RELEASE, AMD64["file"], DIGEST)


def test_a_lock_of_the_repository() -> None:
    text = shipped_standalone_lock("3.12").replace(RELEASE, "20260501")
    found = fetch(lock("third/my.lock.json", release="20260501"), files={"third/my.lock.json": text})
    assert (found.release, found.file) == ("20260501", AMD64["file"].replace(RELEASE, "20260501"))


def test_a_lock_that_is_not_there() -> None:
    assert message(lock("third/my.lock.json")) == (
        "third:cpython: The lock file third/my.lock.json does not exist.\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=third:cpython`."
    )


def test_a_lock_of_another_python() -> None:
    files = {"third/my.lock.json": shipped_standalone_lock("3.12")}
    assert message(lock("third/my.lock.json", python="3.13"), files=files) == (
        f"third:cpython: The lock holds CPython {SHIPPED['version']}, but the target asks for 3.13.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=third:cpython`, or change `version`."
    )


def test_a_lock_of_another_release() -> None:
    files = {"third/my.lock.json": shipped_standalone_lock("3.12")}
    assert message(lock("third/my.lock.json", release="20260501"), files=files) == (
        "third:cpython: The lock file third/my.lock.json was made for other fields or options than those of today.\n"
        f"Found:\n  release: the lock was made for {RELEASE}, and 20260501 is wanted\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=third:cpython`."
    )


NO_LOCK = (
    "third:cpython: Strata brings no lock of a standalone CPython for these fields and options.\nFound:\n  {}\n"
    "Fix: set `lockfile` to a name for the file beside the BUILD file, and write it with "
    "`./pants generate-lockfiles --resolve=third:cpython`."
)


@pytest.mark.parametrize(
    "request_, found",
    [
        (lock(python="3.12.1"), f"version: Strata brings a lock of CPython {SHIPPED['version']}"),
        (lock(python="3.9"), "version: Strata brings locks of CPython 3.10, 3.11, 3.12, 3.13, 3.14"),
        (lock(release="20260501"), f"release: the lock was made for {RELEASE}, and 20260501 is wanted"),
    ],
)
def test_no_lock_comes_with_strata(request_: StandaloneLockRequest, found: str) -> None:
    assert message(request_) == NO_LOCK.format(found)


def test_a_platform_without_a_build() -> None:
    assert message(lock(), platform=Platform("linux", "s390x")) == (
        "third:cpython: The lock of the standalone CPython holds nothing for linux/s390x.\n"
        "Found:\n  it holds linux/amd64\n  it holds linux/arm64\n"
        "Fix: make the lock again with `./pants generate-lockfiles --resolve=third:cpython`."
    )


def test_a_file_that_the_mirror_lacks() -> None:
    assert message(lock(), error=archive_is_missing("a.tar.gz", "HTTP 404")) == (
        "third:cpython: The mirror of standalone builds has no a.tar.gz.\nFound:\n  HTTP 404\n"
        "Fix: check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases, and make "
        "the lock again with `./pants generate-lockfiles --resolve=third:cpython`."
    )


@pytest.mark.parametrize("fields, release", [({}, RELEASE), ({"standalone_release": "20260501"}, "20260501")])
def test_what_the_lock_is_made_from(fields: dict[str, str], release: str) -> None:
    target = PythonInterpreterTarget(
        {"version": "3.12", "provider": "standalone", "lockfile": "my.lock.json", **fields}, ADDRESS
    )
    python = WantedPython("3.12", "")
    assert standalone_lock(target, STANDALONE, python) == lock("third/my.lock.json", release=release)


# ---- the C library of the base --------------------------------------------------------------------------------------


def interpreter(*packages: LockedPackage) -> Interpreter:
    digests = FrozenDict({package.name: DIGEST for package in packages})
    found: Interpreter = run_mocked(
        read_interpreter,
        [
            InterpreterRequest(ADDRESS, PLATFORM),
            create_subsystem(DebianSubsystem, release="trixie"),
            STANDALONE,
            create_subsystem(StrataSubsystem, base=None),
            Today(date(2026, 11, 25)),
        ],
        {
            (WrappedTarget, WrappedTargetRequest): lambda request: WrappedTarget(TARGETS[request.address]),
            (Addresses, UnparsedAddressInputs): lambda _: Addresses([BASE]),
            (DebianPackages, DebianPackagesRequest): lambda _: DebianPackages(packages, digests),
            (StandaloneBuild, StandaloneBuildRequest): lambda _: StandaloneBuild("3.12.13", RELEASE, "a", DIGEST),
        },
    )
    return found


def locked(name: str, version: str = "2.41-12") -> LockedPackage:
    return LockedPackage(name, version, "amd64", f"pool/{name}_{version}_amd64.deb", 1, "a" * 64, "debian")


def test_the_own_base_of_a_standalone_build_has_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    image = OciBaseTarget({"image": "registry.example/base:1"}, BASE)
    monkeypatch.setitem(TARGETS, BASE, image)
    with pytest.raises(StrataError) as caught:
        interpreter()
    assert str(caught.value) == (
        "third:base: A standalone build of CPython needs a C library of Debian packages while images are built; this "
        "is an `oci_base`.\n"
        "Fix: set `base` of the `python_interpreter` to a `debian_packages`, and `base` of the image to the `oci_base`."
    )


def test_the_c_library_is_that_of_the_base() -> None:
    found = interpreter(locked("libc6"), locked("tzdata"), locked("libgcc-s1"))
    assert (found.version, found.glibc, found.base) == ("3.12.13", (2, 41), BASE)
    assert [package.name for package in found.debian.packages] == ["libc6", "libgcc-s1"]
    assert found.standalone is not None


def test_a_base_without_a_c_library() -> None:
    with pytest.raises(StrataError) as caught:
        interpreter(locked("tzdata"))
    assert str(caught.value) == (
        "third:base: The lock of Debian packages has no libc6, which holds the C library.\n"
        "Fix: add libc6 to the packages of the target and make the lock again with "
        "`./pants generate-lockfiles --resolve=third:base`."
    )


def test_a_base_with_an_old_c_library() -> None:
    with pytest.raises(StrataError) as caught:
        interpreter(locked("libc6", "2.13-38"))
    assert str(caught.value) == (
        "third:base: The C library of this base is too old for standalone builds of CPython.\n"
        "Found:\n  glibc 2.13; they need 2.17 or later\n"
        "Fix: take a base of a newer Debian release."
    )
