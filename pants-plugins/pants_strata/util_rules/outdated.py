"""What of an image's locks is outdated by the signed index of the mirror, and which command renews what.

The index is read anew in each run of Pants, and nothing that this module returns is in a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.debian_lock import DebianIndexRequest, DebianLockRequest
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import DebianPackagesLockfileField, VenvLockfileField, VenvResolveField
from pants_strata.util_rules.debian.lock import get_debian_index
from pants_strata.util_rules.debian.packages import locked_packages
from pants_strata.util_rules.interpreters.python_version import wanted_python
from pants_strata.util_rules.lock_requests import base_lock, interpreter_lock, is_standalone
from pants_strata.util_rules.venvs.resolves import lockfile_of
from strata.check.checks import Fixes, newer_packages
from strata.check.finding import Finding
from strata.check.inventory import Inventory
from strata.debian.lock import LockedPackage
from strata.debian.platform import debian_platform
from strata.locks.formats import LockKind, lock_kind
from strata.locks.reader import pyproject_path
from strata.oci.platform import Platform

_GENERATE = "./pants generate-lockfiles --resolve="
# Locks that Pants does not write: the command that renews them, in their folder.
_COMMANDS = {LockKind.UV: "uv lock --upgrade", LockKind.POETRY: "poetry update"}


@dataclass(frozen=True)
class LockOfImage:
    """A lock of Debian packages that an image has packages of, and the step that renews it."""

    request: DebianLockRequest
    packages: tuple[LockedPackage, ...]
    fix: str


async def debian_locks(built: BuiltImage, debian: DebianSubsystem) -> Sequence[LockOfImage]:
    """Return the locks of the Debian packages in an image: those of its base, and of its interpreter."""
    base = await engine.target(built.venv.base)
    interpreter = await engine.target(built.venv.interpreter)
    requests = []
    if base.has_field(DebianPackagesLockfileField):
        requests.append(base_lock(base, debian))
    if built.image.layers_of("interpreter") and not is_standalone(interpreter):
        requests.append(interpreter_lock(interpreter, debian, await wanted_python(interpreter, debian)))
    return [await _lock(request, built.venv.platform) for request in requests]


async def _lock(request: DebianLockRequest, platform: Platform) -> LockOfImage:
    return LockOfImage(request, await locked_packages(DebianPackagesRequest(request, platform)), _debian_fix(request))


def _debian_fix(request: DebianLockRequest) -> str:
    command = f"{_GENERATE}{request.address.spec}"
    if request.lockfile:
        return command
    return f"take a newer release of Strata, or give {request.address} a `lockfile` of its own and run {command}"


async def newer_debian_packages(
    locks: Iterable[LockOfImage], platform: Platform, inventory: Inventory
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return the packages of an image of which the mirror has newer versions, and a note for each index it cannot give.

    The lock of an interpreter has packages, such as the C library, which the image takes from the base's.
    """
    architecture = debian_platform(str(platform)).architecture
    findings: dict[Finding, None] = {}
    notes = []
    for lock, packages in packages_by_lock(locks, inventory):
        inputs = lock.request.inputs
        found = await get_debian_index(DebianIndexRequest(inputs.suites, inputs.components, architecture))
        if found.index is None:
            reason = found.error.happened if found.error else "it is empty"
            notes.append(f"no newer packages than those of {lock.request.address} were looked for: {reason}")
        else:
            findings.update(dict.fromkeys(newer_packages(packages, found.index, lock.fix)))
    return tuple(findings), tuple(notes)


def packages_by_lock(
    locks: Iterable[LockOfImage], inventory: Inventory
) -> Iterator[tuple[LockOfImage, list[LockedPackage]]]:
    """Yield each lock with the packages that an image has of it: of two locks with a package, the first, the base's."""
    left = {(package.name, package.version) for package in inventory.debian}
    for lock in locks:
        found = [package for package in lock.packages if (package.name, package.version) in left]
        left -= {(package.name, package.version) for package in found}
        yield lock, found


async def fixes_of(built: BuiltImage, locks: Iterable[LockOfImage], python: PythonSetup) -> Fixes:
    """Return how the parts of an image are renewed."""
    venv = await engine.target(built.venv.address)
    return Fixes(
        wheels=await _wheels_fix(venv, python),
        python=f"let {built.venv.interpreter} have a newer version of CPython, and lock the wheels for that",
        # Where two locks have a package, it is in the base's layer: the interpreter's lacks what the base has.
        debian={package.name: lock.fix for lock in reversed(tuple(locks)) for package in lock.packages},
    )


async def _wheels_fix(venv: Target, python: PythonSetup) -> str:
    resolve = venv[VenvResolveField].value
    if resolve:
        path = lockfile_of(resolve, python)
    else:
        paths = await engine.repository_paths(venv[VenvLockfileField].paths)
        path = next((each for each in paths if each != pyproject_path(each)), "")
    if not path:
        return "renew the lock with the tool that made it"
    text = (await engine.repository_files([path])).get(path, b"").decode("utf-8", "replace")
    kind = lock_kind(path, text)
    if kind in _COMMANDS:
        return f"{_COMMANDS[kind]} in {path.rpartition('/')[0] or 'the build root'}"
    # Pants writes locks of Pex alone: over another one it would write a lock of that kind.
    if resolve and kind is LockKind.PEX:
        return f"{_GENERATE}{resolve}"
    return f"renew {path} with the tool that made it"
