from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.interpreter import InterpreterRequest
from pants_strata.artifacts.python_version import Today, WantedPython
from pants_strata.subsystem import DebianSubsystem, EndOfLife, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import DebianPackagesTarget, PythonInterpreterTarget
from pants_strata.util_rules.interpreters.interpreter import read_interpreter
from pants_strata.util_rules.lock_requests import interpreter_lock
from strata.debian.lock import LockedPackage
from strata.errors import StrataError
from support.mocked_rules import run_mocked

ADDRESS, BASE = Address("third", target_name="cpython"), Address("third", target_name="base")
TARGETS: dict[Address, Target] = {
    ADDRESS: PythonInterpreterTarget({"version": "3.13.6", "base": ":base"}, ADDRESS),
    BASE: DebianPackagesTarget({}, BASE),
}
DEBIAN = create_subsystem(DebianSubsystem, release="trixie")
STANDALONE = create_subsystem(StandaloneSubsystem, release="20260414")


def locked(name: str, version: str) -> LockedPackage:
    return LockedPackage(name, version, "amd64", f"pool/{name}_{version}_amd64.deb", 1, "a" * 64, "debian")


def message(*packages: LockedPackage, day: date = date(2026, 11, 25)) -> str:
    """Return the error with this lock. Nothing else may be asked for, so no process is run."""
    strata = create_subsystem(StrataSubsystem, base=None, end_of_life=EndOfLife.error)
    with pytest.raises(StrataError) as caught:
        run_mocked(
            read_interpreter,
            [InterpreterRequest(ADDRESS, PLATFORM), DEBIAN, STANDALONE, strata, Today(day)],
            {
                (WrappedTarget, WrappedTargetRequest): lambda request: WrappedTarget(TARGETS[request.address]),
                (Addresses, UnparsedAddressInputs): lambda _: Addresses([BASE]),
                (DebianPackages, DebianPackagesRequest): lambda _: DebianPackages(packages, FrozenDict()),
            },
        )
    return str(caught.value)


def test_lock_of_another_python() -> None:
    packages = (locked("libc6", "2.41-12"), locked("python3.13-minimal", "3.13.5-2"))
    assert message(*packages) == (
        "third:cpython: The lock holds CPython 3.13.5, but the target asks for 3.13.6.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=third:cpython`, or change `version`."
    )


def test_lock_without_python() -> None:
    assert message(locked("libc6", "2.41-12")).startswith(
        "third:cpython: The lock of Debian packages has no python3.x-minimal, which holds the interpreter.\n"
    )


def test_a_version_past_its_end_of_life() -> None:
    assert message(locked("libc6", "2.41-12"), day=date(2029, 11, 1)).startswith(
        "third:cpython: CPython 3.13.6 reached its end of life on 2029-10-31: it gets no security fixes any more.\n"
        "Found:\n"
        "  the `version` field of third:cpython: 3.13.6\n"
    )


def test_a_version_that_the_release_lacks() -> None:
    with pytest.raises(StrataError) as caught:
        interpreter_lock(TARGETS[ADDRESS], DEBIAN, WantedPython("3.11", "app/.python-version"))
    assert str(caught.value) == (
        "third:cpython: Debian 13 (trixie) has no CPython 3.11.\n"
        "Found:\n"
        "  app/.python-version: 3.11\n"
        "  Debian 11 (bullseye) has CPython 3.9\n"
        "  Debian 12 (bookworm) has CPython 3.11\n"
        "  Debian 13 (trixie) has CPython 3.13\n"
        "  Debian 14 (forky) has CPython 3.13, 3.14, 3.15\n"
        "  python-build-standalone has CPython 3.10, 3.11, 3.12, 3.13, 3.14\n"
        'Fix: set `release="bookworm"` or `provider="standalone"` in the target, with a `base` that goes with '
        "it, and renew its lock; or ask for "
        "a version that is listed."
    )


def test_a_version_that_nobody_has() -> None:
    with pytest.raises(StrataError) as caught:
        interpreter_lock(TARGETS[ADDRESS], DEBIAN, WantedPython("3.7", "app/.python-version"))
    assert caught.value.fix == "ask for a version that is listed."


def test_what_the_lock_is_made_from() -> None:
    fields: dict[str, Any] = {"version": "3.13", "lockfile": "my.lock.json"}
    wanted = WantedPython("3.13", "the `version` field of third:cpython")
    request = interpreter_lock(PythonInterpreterTarget(fields, ADDRESS), DEBIAN, wanted)
    assert (request.address, request.lockfile) == (ADDRESS, "third/my.lock.json")
    assert request.inputs.roots == ("python3.13", "python3.13-venv")
    assert request.inputs.suites == ("trixie", "trixie-security", "trixie-updates")
