"""The layer of an interpreter upon an image of a registry: what it refuses before a process is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.interpreter import Interpreter, InterpreterLayerRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.artifacts.standalone import StandaloneBuild
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import OciBaseTarget, PythonInterpreterTarget
from pants_strata.util_rules.interpreters.layer import write_interpreter_layer
from strata.bases.findings import Findings
from strata.errors import StrataError
from strata.protocol.bases import fetch_base
from strata.protocol.bases.fetch_base import BaseRuntime
from support.mocked_rules import run_mocked

CPYTHON, BASE = Address("third", target_name="cpython"), Address("third", target_name="base")
NAME = f"registry.example/base@sha256:{'a' * 64}"
TARGETS: Mapping[Address, Target] = {
    CPYTHON: PythonInterpreterTarget({}, CPYTHON),
    BASE: OciBaseTarget({"image": NAME}, BASE),
}
BUILD = StandaloneBuild("3.13.5", "20260414", "cpython.tar.gz", Digest("b" * 64, 1))


def message(c_libraries: Mapping[str, str], build: Optional[StandaloneBuild] = None) -> str:
    """Return the error upon a base with these C libraries and no list of packages."""
    image = fetch_base.Result("", "", (), BaseRuntime())
    base = OciBase(NAME, "registry.example/base", image, Findings((), {}, c_libraries, {}), False)
    interpreter = Interpreter(CPYTHON, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), BASE, build)
    with pytest.raises(StrataError) as caught:
        run_mocked(
            write_interpreter_layer,
            [InterpreterLayerRequest(interpreter, BASE, "gzip"), create_subsystem(DebianSubsystem)],
            {
                (WrappedTarget, WrappedTargetRequest): lambda it: WrappedTarget(TARGETS[it.address]),
                (OciBase, OciBaseRequest): lambda _: base,
            },
        )
    return str(caught.value)


def test_debian_upon_an_older_base() -> None:
    assert message({"usr/lib/x86_64-linux-gnu/libc.so.6": "2.36"}).startswith(
        f"third:cpython: CPython cannot run on the base {NAME}: its C library is older than the one that CPython was "
        "built for.\n"
    )


def test_standalone_build_upon_a_base_with_musl() -> None:
    assert message({"lib/ld-musl-x86_64.so.1": "musl"}, BUILD) == (
        f"third:base: A standalone build of CPython cannot run on the base {NAME}: it has no GNU C library.\n"
        "Found:\n"
        "  /lib/ld-musl-x86_64.so.1, musl\n"
        "Fix: name a base with glibc."
    )


def test_standalone_build_upon_an_old_base() -> None:
    assert message({"lib/x86_64-linux-gnu/libc-2.13.so": "2.13"}, BUILD) == (
        "third:base: The C library of this base is too old for standalone builds of CPython.\n"
        "Found:\n"
        "  glibc 2.13; they need 2.17 or later\n"
        "Fix: take a base of a newer Debian release."
    )
