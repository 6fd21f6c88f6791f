from __future__ import annotations

from dataclasses import dataclass

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import rule
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.interpreter import (
    BuildInterpreter,
    BuildInterpreterRequest,
    Interpreter,
    InterpreterRequest,
)
from pants_strata.artifacts.workers import Workers
from pants_strata.util_rules.host_platform import host_platform
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for, unpack_build_interpreter
from strata.errors import StrataError
from strata.oci.platform import Platform
from support.mocked_rules import run_mocked

ADDRESS = Address("third", target_name="cpython")
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def interpreter(platform: Platform, version: str = "3.13.5") -> Interpreter:
    return Interpreter(ADDRESS, platform, version, (2, 41), DebianPackages((), FrozenDict()), ADDRESS)


@rule
async def built_for(wanted: Interpreter) -> BuildInterpreter:
    return await build_interpreter_for(wanted)


def of_amd64_machine(wanted: Interpreter) -> BuildInterpreter:
    """Return what builds for an interpreter on a machine with linux/amd64, whose lock has CPython 3.13.5 for it."""
    built = BuildInterpreter(interpreter(AMD64), Digest("d" * 64, 1))
    found: BuildInterpreter = run_mocked(
        built_for, [wanted], {(BuildInterpreter, BuildInterpreterRequest): lambda _: built}
    )
    return found


@dataclass(frozen=True)
class _Stopped(Exception):
    """What the rule asked for first."""

    asked: InterpreterRequest


@pytest.mark.parametrize("host, expected", [(HostPlatform.linux_x86_64, AMD64), (HostPlatform.linux_arm64, ARM64)])
def test_the_interpreter_is_that_of_the_machine(host: HostPlatform, expected: Platform) -> None:
    def stop(request: InterpreterRequest) -> Interpreter:
        raise _Stopped(request)

    with pytest.raises(_Stopped) as caught:
        run_mocked(
            unpack_build_interpreter,
            [BuildInterpreterRequest(ADDRESS), Workers(host), HostPrepared(), host],
            {(Interpreter, InterpreterRequest): stop},
        )
    assert caught.value.asked == InterpreterRequest(ADDRESS, expected)


@pytest.mark.parametrize("host", [HostPlatform.macos_x86_64, HostPlatform.macos_arm64])
def test_a_machine_that_cannot_build(host: HostPlatform) -> None:
    with pytest.raises(StrataError) as caught:
        run_mocked(
            unpack_build_interpreter, [BuildInterpreterRequest(ADDRESS), Workers(host), HostPrepared(), host], {}
        )
    assert str(caught.value) == (
        "third:cpython: Images are built on Linux, with an x86-64 or an arm64 processor, for both.\n"
        "Found:\n"
        f"  {host_platform(host)}\n"
        "Fix: run this command on such a machine, or in a container or virtual machine of that kind."
    )


def on_workers(machine: HostPlatform, version: str) -> None:
    """Ask for what builds on amd64 workers, on this machine, whose lock has CPython 3.13.5 for the workers."""

    def found(request: InterpreterRequest) -> Interpreter:
        return interpreter(request.platform, "3.13.5" if request.platform == AMD64 else version)

    run_mocked(
        unpack_build_interpreter,
        [BuildInterpreterRequest(ADDRESS), Workers(HostPlatform.linux_x86_64), HostPrepared(), machine],
        {(Interpreter, InterpreterRequest): found},
    )


def test_a_machine_that_cannot_compile_for_workers() -> None:
    with pytest.raises(StrataError, match="Images are built on Linux"):
        on_workers(HostPlatform.macos_arm64, "3.13.5")


def test_a_lock_with_another_version_for_workers() -> None:
    with pytest.raises(StrataError) as caught:
        on_workers(HostPlatform.linux_arm64, "3.13.6")
    assert "  linux/amd64: CPython 3.13.5\n  linux/arm64: CPython 3.13.6\n" in str(caught.value)


def test_one_version_builds_for_all_platforms() -> None:
    assert of_amd64_machine(interpreter(ARM64)).interpreter.platform == AMD64


def test_a_lock_with_different_versions() -> None:
    with pytest.raises(StrataError) as caught:
        of_amd64_machine(interpreter(ARM64, "3.13.6"))
    assert str(caught.value) == (
        "third:cpython: The lock holds different versions of CPython for two platforms, and one of them compiles the "
        "bytecode for both.\n"
        "Found:\n"
        "  linux/amd64: CPython 3.13.5\n"
        "  linux/arm64: CPython 3.13.6\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=third:cpython`. If it stays as it is, the "
        "mirror has one of the packages later than the other: try again then."
    )
