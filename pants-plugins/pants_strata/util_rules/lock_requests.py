"""This module says what the lock of a target is made from."""

from __future__ import annotations

from pants.engine.target import Target

from pants_strata.artifacts.debian_lock import DebianLockRequest
from pants_strata.artifacts.python_version import WantedPython
from pants_strata.artifacts.standalone import StandaloneLockRequest
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem
from pants_strata.target_types import (
    DebianPackagesExcludeField,
    DebianPackagesLockfileField,
    DebianPackagesNamesField,
    DebianReleaseField,
    InterpreterLockfileField,
    InterpreterProviderField,
    StandaloneReleaseField,
)
from strata.debian.defaults import interpreter_excluded, interpreter_roots
from strata.debian.lock import LockInputs
from strata.debian.releases import find_release, suites
from strata.errors import pythons as errors
from strata.interpreters.availability import SOURCES, who_has
from strata.standalone.lock import StandaloneInputs


def release_of(target: Target, debian: DebianSubsystem) -> str:
    """Return the code name of the Debian release of a `debian_packages` or a `python_interpreter`."""
    return target[DebianReleaseField].value or debian.release


def base_lock(target: Target, debian: DebianSubsystem) -> DebianLockRequest:
    """Return the request for the lock of a `debian_packages` target."""
    release = release_of(target, debian)
    return DebianLockRequest(
        target.address,
        target[DebianPackagesLockfileField].path,
        LockInputs.of(
            suites=suites(release),
            components=debian.components,
            roots=target[DebianPackagesNamesField].value,
            excluded=target[DebianPackagesExcludeField].value,
        ),
        release,
    )


def interpreter_lock(target: Target, debian: DebianSubsystem, python: WantedPython) -> DebianLockRequest:
    """Return the request for the lock of a `python_interpreter`: CPython and all it needs, down to the C library.

    Raise StrataError for a version that the Debian release does not have.
    """
    name = release_of(target, debian)
    release = find_release(name)
    if release is not None and release.is_stable and python.feature not in release.pythons:
        raise errors.source_lacks_python(
            python.version, python.origin, str(release), [str(source) for source in SOURCES], who_has(python.version)
        ).at(str(target.address))
    return DebianLockRequest(
        target.address,
        target[InterpreterLockfileField].path,
        LockInputs.of(
            suites=suites(name),
            components=debian.components,
            roots=interpreter_roots(python.feature),
            excluded=interpreter_excluded(python.feature),
        ),
        name,
        python=python,
    )


def is_standalone(interpreter: Target) -> bool:
    """Return whether a `python_interpreter` is a standalone build."""
    return interpreter[InterpreterProviderField].value == InterpreterProviderField.standalone


def standalone_lock(target: Target, standalone: StandaloneSubsystem, python: WantedPython) -> StandaloneLockRequest:
    """Return the request for the lock of a `python_interpreter` that is a standalone build."""
    release = target[StandaloneReleaseField].value or standalone.release
    inputs = StandaloneInputs(python=python.feature, release=release)
    return StandaloneLockRequest(target.address, target[InterpreterLockfileField].path, inputs, python.version)
