"""First-party distributions: a `python_distribution` that an image depends on is built, and installed like any wheel.

Pants builds the wheel. A step on the interpreter then writes it in its normal form, so that nothing of the machine that
built it is in the layer. Its sources are in the venv, and not in the app layer a second time.
Errors: strata.errors.builds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from packaging.utils import parse_wheel_filename
from pants.engine.addresses import Address
from pants.engine.fs import Digest, Snapshot
from pants.engine.target import Target
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.interpreter import BuildInterpreter, Interpreter
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest
from pants_strata.artifacts.wheel import BuiltDistribution, LockedWheel
from pants_strata.library_process import Step, answers, on_interpreter, sandbox_interpreter
from pants_strata.util_rules.first_party.closure import is_distribution
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for
from pants_strata.util_rules.venvs.c_library import check_c_library
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from strata.errors import StrataError
from strata.errors import builds as errors
from strata.locks.environment import marker_environment
from strata.plan.needed import required
from strata.protocol import normal_wheel
from strata.protocol.wheel import Wheel

_FILES = "files"


async def built_distributions(
    image: Target, venv: LockedVenvRequest, interpreter: Interpreter
) -> tuple[BuiltDistribution, ...]:
    """Return the wheels of the distributions that an image depends on itself, sorted by address.

    Raise StrataError for a distribution without exactly one wheel, for a wheel that does not fit the interpreter, for a
    project that the lock or another distribution has, too, and for a requirement that none of them has.
    """
    direct = await engine.direct_dependencies(image)
    targets = sorted((item for item in direct if is_distribution(item)), key=lambda item: item.address)
    if not targets:
        return ()
    packages = await engine.packaged(targets)
    try:
        locked = await get_locked_venv(venv)
        wheels = [await _one_wheel(target, files, locked) for target, files in zip(targets, packages)]
        builder = await build_interpreter_for(interpreter)
        steps = [await _step(wheel, files, builder) for wheel, files in zip(wheels, packages)]
        built = []
        for target, wheel, answered in zip(targets, wheels, await answers(steps)):
            told = answered.value_for(target.address)
            file = await engine.without_prefix(_FILES, await engine.only(answered.files, [f"{_FILES}/*"]))
            own = LockedWheel.of((wheel.name, wheel.version), wheel.path.name, file, told)
            built.append(BuiltDistribution(target.address, own, told.files))
        _check(built, venv, locked)
    except StrataError as error:
        raise error.at(str(image.address)) from None
    return tuple(built)


async def own_files(sources: Snapshot, installed: Collection[str], image: Address) -> Snapshot:
    """Return the app's files without those that a wheel installs. Raise StrataError for a package in both."""
    if not installed:
        return sources
    left = [path for path in sources.files if path not in installed]
    packages = {str(PurePosixPath(path).parent) for path in installed if path.endswith("/__init__.py")}
    for package in sorted(packages):
        divided = [path for path in left if path.startswith(f"{package}/")]
        if divided:
            raise errors.package_divided(package, divided).at(str(image))
    return await engine.snapshot(await engine.only(sources.digest, ["**", *(f"!{path}" for path in installed)]))


async def _one_wheel(target: Target, files: Digest, locked: LockedVenv) -> Wheel:
    """Return the wheel among the files that were built of a distribution."""
    address = str(target.address)
    built = (await engine.snapshot(files)).files
    wheels = [file for file in built if file.endswith(".whl")]
    if len(wheels) != 1:
        raise errors.not_one_wheel(address, built)
    path = Path(wheels[0])
    try:
        name, version, _, own_tags = parse_wheel_filename(path.name)
    except ValueError:
        own_tags = frozenset()
    if not {str(tag) for tag in own_tags} & set(locked.tags):
        check_c_library(address, [path.name], locked.tags, locked.c_library)
        interpreter = locked.interpreter
        raise errors.wheel_does_not_fit(address, path.name, interpreter.version, str(interpreter.platform))
    return Wheel(str(name), str(version), path)


async def _step(wheel: Wheel, files: Digest, interpreter: BuildInterpreter) -> Step[normal_wheel.Result]:
    return await on_interpreter(
        interpreter,
        normal_wheel.Request(interpreter=sandbox_interpreter(interpreter), wheel=wheel),
        inputs=await engine.only(files, [str(wheel.path)]),
        outputs=_FILES,
        description=f"Write the wheel of {wheel.name} {wheel.version} in its normal form",
        level=LogLevel.INFO,
    )


def _check(built: Sequence[BuiltDistribution], venv: LockedVenvRequest, locked: LockedVenv) -> None:
    interpreter = locked.interpreter
    places = {item.name: [f"{item.name} {item.version}, in the lock of {venv.address}"] for item in locked.requirements}
    environment = marker_environment(interpreter.version, interpreter.platform)
    for item in built:
        places.setdefault(item.wheel.name, []).append(f"{item.wheel.name} {item.wheel.version}, of {item.address}")
    for name, found in places.items():
        if len(found) > 1:
            raise errors.project_twice(name, found)
    missing = [
        f"{requirement}, of {item.address}"
        for item in built
        for name, requirement in required(item.wheel.name, item.wheel.requires, environment)
        if name not in places
    ]
    if missing:
        raise errors.requirements_missing(str(venv.address), missing)
