"""The interpreter of images for one platform: its packages and their versions. No process but those that fetch.

Inputs: the interpreter's lock; of a standalone build also that of the base, which has the C library.
Errors: those of the locks, of fetching and of python_version.py; a lock of another version of CPython; a base whose C
library is missing or too old.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.artifacts.standalone import StandaloneBuildRequest
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import BaseField, OciBaseTarget
from pants_strata.util_rules.debian.packages import get_debian_packages
from pants_strata.util_rules.interpreters.python_version import check_supported, wanted_python
from pants_strata.util_rules.interpreters.standalone import get_standalone_build
from pants_strata.util_rules.lock_requests import base_lock, interpreter_lock, is_standalone, standalone_lock
from pants_strata.util_rules.lookup import artifact_address
from strata.errors import StrataError
from strata.errors.oci_base import standalone_needs_packages
from strata.errors.standalone import base_is_too_old
from strata.interpreters.debian_versions import glibc_version, wanted_python_version
from strata.oci.platform import Platform
from strata.standalone.platform import C_LIBRARY, OLDEST_GLIBC


@rule
async def read_interpreter(
    request: InterpreterRequest,
    debian: DebianSubsystem,
    standalone: StandaloneSubsystem,
    strata: StrataSubsystem,
    today: Today,
) -> Interpreter:
    """Return the interpreter for a platform, with its packages. Raise StrataError where the lock has another."""
    target = await engine.target(request.address)
    python = await wanted_python(target, debian)
    try:
        check_supported(python, strata, today.day, request.address)
    except StrataError as mistake:
        raise mistake.at(str(request.address)) from None
    base = await artifact_address(target[BaseField], strata.base, "[strata].base")
    if is_standalone(target):
        wanted = StandaloneBuildRequest(standalone_lock(target, standalone, python), request.platform)
        build = await get_standalone_build(wanted)
        c_library, glibc = await standalone_c_library(base, request.platform, debian)
        return Interpreter(request.address, request.platform, build.version, glibc, c_library, base, build)
    lock = interpreter_lock(target, debian, python)
    locked = await get_debian_packages(DebianPackagesRequest(lock, request.platform))
    try:
        version = wanted_python_version(locked.packages, python.version)
        glibc = glibc_version(locked.packages)
    except StrataError as mistake:
        raise mistake.at(str(request.address)) from None
    return Interpreter(request.address, request.platform, version, glibc, locked, base)


async def standalone_c_library(
    base: Address, platform: Platform, debian: DebianSubsystem
) -> tuple[DebianPackages, tuple[int, int]]:
    """Return the packages of a base's C library, and its version. Raise StrataError where it is missing or too old."""
    target = await engine.target(base)
    if target.alias == OciBaseTarget.alias:
        raise standalone_needs_packages().at(str(base))
    locked = await get_debian_packages(DebianPackagesRequest(base_lock(target, debian), platform))
    packages = tuple(package for package in locked.packages if package.name in C_LIBRARY)
    try:
        glibc = glibc_version(packages)
        if glibc < OLDEST_GLIBC:
            raise base_is_too_old(glibc, OLDEST_GLIBC)
    except StrataError as mistake:
        raise mistake.at(str(base)) from None
    return DebianPackages(packages, FrozenDict({each.name: locked.debs[each.name] for each in packages})), glibc


get_interpreter = engine.asker(read_interpreter)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
