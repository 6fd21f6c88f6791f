"""This module finds the resolve of `[python].resolves` from which an image takes its wheels.

An image without a venv has the one of its resolve: a target without a BUILD file (default_targets.py), one for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from pants.backend.python.subsystems.setup import PythonSetup
from pants.backend.python.target_types import PythonResolveField
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import EntryPointField, ImageResolveField, VenvField
from pants_strata.target_types.defaults import resolve_venv
from pants_strata.util_rules.entry_point import Narrow, entry_point
from pants_strata.util_rules.lookup import artifact_target
from strata.errors import StrataError
from strata.errors import resolves as errors
from strata.locks.interpreter_constraints import allow_python


def resolve_of(target: Target, python: PythonSetup) -> Optional[str]:
    """Return the resolve of a target with Python code or a requirement; None for any other, and without resolves."""
    if not python.enable_resolves or not target.has_field(PythonResolveField):
        return None
    return target[PythonResolveField].value or python.default_resolve


def narrowing(resolve: ImageResolveField, python: PythonSetup) -> Narrow:
    """Return what leaves the targets of an image's resolve; without a name, of several the default resolve's."""

    def narrow(targets: tuple[Target, ...]) -> tuple[Target, ...]:
        """Return the targets that are left."""
        name = resolve.value or (python.default_resolve if len(targets) > 1 else None)
        found = tuple(target for target in targets if name is None or resolve_of(target, python) in (None, name))
        return found or (() if resolve.value else targets)

    return narrow


def lockfile_of(name: str, python: PythonSetup) -> str:
    """Return the path of a resolve's lock. Raise StrataError for a resolve that does not exist."""
    if not python.enable_resolves:
        raise errors.resolves_disabled(name)
    if name not in python.resolves:
        raise errors.unknown_resolve(name, sorted(python.resolves))
    path: str = python.resolves[name]
    return path


async def image_venv(
    venv: VenvField, resolve: ImageResolveField, entry: EntryPointField, strata: StrataSubsystem, python: PythonSetup
) -> Target:
    """Return the `python_venv` of an image: the one that is named, or the one of the resolve of its sources.

    Raise StrataError where neither exists.
    """
    if venv.value or strata.venv:
        return await artifact_target(venv, strata.venv, "[strata].venv")
    where = str(venv.address)
    if not python.enable_resolves and not resolve.value:
        raise errors.no_venv().at(where)
    name = resolve.value or await _resolve_of_sources(entry, resolve, python) or python.default_resolve
    try:
        lockfile_of(name, python)
    except StrataError as error:
        raise error.at(where) from None
    return await engine.target(resolve_venv(name))


async def _resolve_of_sources(entry: EntryPointField, resolve: ImageResolveField, python: PythonSetup) -> Optional[str]:
    point = await entry_point(entry, narrowing(resolve, python))
    owners = await engine.python_targets(point.owners if point else ())
    return next(filter(None, (resolve_of(owner, python) for owner in owners)), None)


def check_resolves(closure: Iterable[Target], name: Optional[str], python: PythonSetup, where: str) -> None:
    """Raise StrataError for targets in the closure of an image that are of another resolve than its venv.

    A venv of no resolve, or of one that does not exist, has nothing to compare with: its lock has an error of its own.
    """
    if name not in python.resolves:
        return
    others = [(str(target.address), resolve_of(target, python)) for target in closure]
    found = sorted(f"{address}: resolve {other}" for address, other in others if other not in (None, name))
    if found:
        raise errors.conflicting_resolves(name, found).at(where)


def constraints_of(name: str, python: PythonSetup) -> Optional[tuple[str, tuple[str, ...]]]:
    """Return the constraints of a resolve after the option that has them; None where nobody wrote any."""
    own = python.resolves_to_interpreter_constraints.get(name)
    if own is not None:
        return "[python].resolves_to_interpreter_constraints", tuple(own)
    if python.options.is_default("interpreter_constraints"):
        return None
    return "[python].interpreter_constraints", tuple(python.interpreter_constraints)


def check_interpreter(name: str, interpreter: Interpreter, python: PythonSetup) -> None:
    """Raise StrataError where the constraints of a resolve exclude the CPython of the image."""
    found = constraints_of(name, python)
    if found is None:
        return
    option, constraints = found
    if not allow_python(constraints, interpreter.version, option):
        raise errors.constraints_exclude_interpreter(
            name, option, constraints, str(interpreter.address), interpreter.version
        )
