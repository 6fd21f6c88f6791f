"""The interpreter of images for one platform: its packages and their versions. No process but those that fetch.

Inputs: the interpreter's lock.
Errors: those of the lock, of fetching and of python_version.py; a lock of another version of CPython.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import BaseField
from pants_strata.util_rules.debian.packages import get_debian_packages
from pants_strata.util_rules.interpreters.python_version import check_supported, wanted_python
from pants_strata.util_rules.lock_requests import interpreter_lock
from pants_strata.util_rules.lookup import artifact_address
from strata.errors import StrataError
from strata.interpreters.debian_versions import glibc_version, wanted_python_version


@rule
async def read_interpreter(
    request: InterpreterRequest, debian: DebianSubsystem, strata: StrataSubsystem, today: Today
) -> Interpreter:
    """Return the interpreter for a platform, with its packages. Raise StrataError where the lock has another."""
    target = await engine.target(request.address)
    python = await wanted_python(target, debian)
    check_supported(python, strata, today.day, request.address)
    base = await artifact_address(target[BaseField], strata.base, "[strata].base")
    lock = interpreter_lock(target, debian, python)
    locked = await get_debian_packages(DebianPackagesRequest(lock, request.platform))
    try:
        version = wanted_python_version(locked.packages, python.version)
        glibc = glibc_version(locked.packages)
    except StrataError as mistake:
        raise mistake.at(str(request.address)) from None
    return Interpreter(request.address, request.platform, version, glibc, locked, base)


get_interpreter = engine.asker(read_interpreter)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
