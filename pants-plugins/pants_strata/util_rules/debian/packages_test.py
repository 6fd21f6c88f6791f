from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents, FileContent, PathGlobs
from pants.testutil.option_util import create_subsystem
from pants.testutil.rule_runner import MockGet, run_rule_with_mocks

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_lock import DebianLockRequest, ResolvedDebianLock
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.subsystem import DebianSubsystem, Gone
from pants_strata.util_rules.debian.packages import fetch_debian_packages
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from strata.errors import StrataError
from strata.errors.fetch import mirror_unreachable, package_gone
from strata.protocol import fetch_debian

INPUTS = LockInputs.of(suites=("trixie",), components=("main",), roots=("libc6", "tzdata"), excluded=("dpkg",))
LIBC = LockedPackage("libc6", "2.41-12", "amd64", "pool/libc6_2.41-12_amd64.deb", 9, "a" * 64, "debian")
TZDATA = LockedPackage("tzdata", "2026a-1", "all", "pool/tzdata_2026a-1_all.deb", 7, "b" * 64, "debian")
NEWER = replace(LIBC, version="2.41-13", path="pool/libc6_2.41-13_amd64.deb", sha256="c" * 64)
REQUEST = DebianPackagesRequest(
    DebianLockRequest(Address("third", target_name="base"), "third/base.lock.json", INPUTS, "trixie"), PLATFORM
)


def lock(*packages: LockedPackage, inputs: LockInputs = INPUTS) -> DebianLock:
    return DebianLock(inputs, (PlatformPackages("linux/amd64", packages),))


def run(
    files: Mapping[str, str],
    *,
    gone: Gone = Gone.error,
    failing: Mapping[str, StrataError] | None = None,
    renewed: DebianLock | None = None,
) -> DebianPackages:
    """Run the rule with these files in the repository; `failing` maps `name version` to the error of its fetch."""

    def fetch(request: FetchRequest) -> FetchResult:
        wanted = request.wanted
        assert isinstance(wanted, fetch_debian.Request)
        error = (failing or {}).get(f"{wanted.name} {wanted.version}")
        return FetchResult(error=error) if error else FetchResult(Digest(wanted.sha256, wanted.size), "x.deb")

    def contents(_: Digest) -> DigestContents:
        return DigestContents(FileContent(path, text.encode()) for path, text in files.items())

    def resolve(_: DebianLockRequest) -> ResolvedDebianLock:
        assert renewed is not None, "no index was asked for"
        return ResolvedDebianLock(renewed)

    result: DebianPackages = run_rule_with_mocks(
        fetch_debian_packages,
        rule_args=[REQUEST, create_subsystem(DebianSubsystem, gone=gone)],
        mock_gets=[
            MockGet(Digest, (PathGlobs,), lambda _: EMPTY_DIGEST),
            MockGet(DigestContents, (Digest,), contents),
            MockGet(FetchResult, (FetchRequest,), fetch),
            MockGet(ResolvedDebianLock, (DebianLockRequest,), resolve),
        ],
    )
    return result


def message(files: Mapping[str, str], **arguments: Any) -> str:
    with pytest.raises(StrataError) as caught:
        run(files, **arguments)
    return str(caught.value)


LOCKED = {"third/base.lock.json": debian_lock_text(lock(LIBC, TZDATA))}
GONE = {"libc6 2.41-12": package_gone("libc6", "2.41-12")}


def test_locked_packages() -> None:
    found = run(LOCKED)
    assert found.packages == (LIBC, TZDATA)
    assert dict(found.debs) == {"libc6": Digest("a" * 64, 9), "tzdata": Digest("b" * 64, 7)}


def test_missing_lock() -> None:
    assert message({}) == (
        "third:base: The lock file third/base.lock.json does not exist.\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=third:base`."
    )


def test_stale_lock() -> None:
    other = LockInputs.of(suites=("bookworm",), components=("main",), roots=("libc6",), excluded=("dpkg", "perl"))
    assert message({"third/base.lock.json": debian_lock_text(lock(LIBC, inputs=other))}) == (
        "third:base: The lock file third/base.lock.json was made for other fields or options than those of today.\n"
        "Found:\n"
        "  exclude: the lock was made with perl\n"
        "  packages: the lock was made without tzdata\n"
        "  suites: the lock was made without trixie\n"
        "  suites: the lock was made with bookworm\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=third:base`."
    )


def test_damaged_lock() -> None:
    assert message({"third/base.lock.json": "<<<<<<< HEAD\n"}).endswith(
        "Fix: restore the file from version control, or make the lock again with "
        "`./pants generate-lockfiles --resolve=third:base`."
    )


def test_lock_without_the_platform() -> None:
    arm64 = DebianLock(INPUTS, (PlatformPackages("linux/arm64", (TZDATA,)),))
    assert message({"third/base.lock.json": debian_lock_text(arm64)}) == (
        "third:base: The lock of Debian packages holds nothing for linux/amd64.\n"
        "Found:\n"
        "  it holds linux/arm64\n"
        "Fix: add linux/amd64 to `[strata].platforms` in pants.toml, or to `[strata-debian].platforms` where only some "
        "images or the machine that builds have it, and make the lock again with "
        "`./pants generate-lockfiles --resolve=third:base`."
    )


def test_package_is_gone() -> None:
    assert message(LOCKED, failing=GONE) == (
        "third:base: The mirror no longer has libc6 2.41-12: a point release of Debian has replaced it.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=third:base`, or set `[strata-debian].gone = "
        '"renew"` to build with what the signed index now holds.'
    )


def test_package_is_gone_and_renewed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = run(LOCKED, gone=Gone.renew, failing=GONE, renewed=lock(NEWER, TZDATA))
    assert found.packages == (NEWER, TZDATA)
    assert [record.getMessage() for record in caplog.records] == [
        "third:base: the mirror has dropped packages that the lock names, so this build does not use the lock.\n"
        "Built with what the signed index holds now:\n"
        "  libc6 2.41-12 → 2.41-13\n"
        "Renew the lock with `./pants generate-lockfiles --resolve=third:base`."
    ]


def test_nothing_is_renewed_without_need(caplog: pytest.LogCaptureFixture) -> None:
    assert run(LOCKED, gone=Gone.renew).packages == (LIBC, TZDATA)
    assert message(
        LOCKED, gone=Gone.renew, failing={"tzdata 2026a-1": mirror_unreachable("tzdata", "no route")}
    ).startswith("third:base: tzdata: the Debian mirror could not be read.\n")
    assert caplog.records == []
