"""This module says what the lock of a target is made from."""

from __future__ import annotations

from pants.engine.target import Target

from pants_strata.artifacts.debian_lock import DebianLockRequest
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import (
    DebianPackagesExcludeField,
    DebianPackagesLockfileField,
    DebianPackagesNamesField,
    InterpreterLockfileField,
    InterpreterVersionField,
)
from strata.debian.defaults import EXCLUDED, interpreter_roots
from strata.debian.lock import LockInputs


def base_lock(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    """Return the request for the lock of a `debian_packages` target."""
    return DebianLockRequest(
        target.address,
        target[DebianPackagesLockfileField].path,
        LockInputs.of(
            suites=debian.suites,
            components=debian.components,
            roots=target[DebianPackagesNamesField].value,
            excluded=target[DebianPackagesExcludeField].value,
        ),
    )


def interpreter_lock(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    """Return the request for the lock of a `python_interpreter`: CPython and all it needs, down to the C library."""
    return DebianLockRequest(
        target.address,
        target[InterpreterLockfileField].path,
        LockInputs.of(
            suites=debian.suites,
            components=debian.components,
            roots=interpreter_roots(target[InterpreterVersionField].value),
            excluded=EXCLUDED,
        ),
        python=target[InterpreterVersionField].value,
    )
