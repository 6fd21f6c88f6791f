"""The shared libraries of wheels: which each has and needs, and whether an image has them all.

Inputs: the wheel, once for each platform; wheels without machine code are not looked at. Made on: the interpreter
artifact, and no bytes of an image. What it finds is a warning, an error or nothing, as the image's field says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Optional

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.image import ImageSystem
from pants_strata.artifacts.oci_base import OciBase
from pants_strata.artifacts.venv import Venv, WheelLibraries, WheelLibrariesRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.library_process import answer, on_interpreter
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import MissingLibrariesField
from pants_strata.target_types.defaults import is_default
from pants_strata.target_types.oci_base import OciBaseLockfileField
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lock_requests import release_of
from pants_strata.util_rules.venvs.wheels import named
from strata.debian.releases import release_of_distro
from strata.debian.shared_libraries import package_with
from strata.errors import StrataError
from strata.errors.contents import libraries as errors
from strata.libraries.loader import found_by_loader
from strata.oci.platform import Platform
from strata.plan.libraries import MissingLibrary, NativeWheel, missing_libraries
from strata.protocol.contents import wheel_libraries

_logger = logging.getLogger(__name__)

_WHEELS = "wheels"
_PURE = "-any.whl"


@rule
async def read_wheel_libraries(request: WheelLibrariesRequest) -> WheelLibraries:
    """Return the shared libraries of a wheel. Raise StrataError for a wheel that cannot be read."""
    wheel = request.wheel
    (place,) = named([wheel], _WHEELS)
    step = await on_interpreter(
        await get_build_interpreter(request.interpreter),
        wheel_libraries.Request(wheel=place, platform=str(request.platform)),
        large_inputs={_WHEELS: wheel.digest},
        outputs=None,
        description=f"Read which shared libraries {wheel.name} {wheel.version} needs",
        level=LogLevel.DEBUG,
    )
    told = (await answer(step)).value_for(request.venv)
    return WheelLibraries(f"{wheel.name} {wheel.version}", told.has, FrozenDict(told.needs))


get_wheel_libraries = engine.asker(read_wheel_libraries)


def has_machine_code(wheel: LockedWheel) -> bool:
    """Return whether a wheel may have programs or shared libraries in it, by the platform in its name."""
    return not wheel.file.endswith(_PURE)


def check_libraries(
    image: Target,
    base: Target,
    system: ImageSystem,
    venv: Venv,
    placed: Iterable[str],
    platform: Platform,
    debian: DebianSubsystem,
) -> None:
    """Tell which shared libraries the wheels of an image need and nothing in it has.

    Raise StrataError for them where the image's field asks for that.

    :param placed: the paths of the image's `extra_files`, relative to its root.
    """
    wanted = image[MissingLibrariesField].value
    if wanted == MissingLibrariesField.ignore:
        return
    upon = system.oci_base
    provided = {name for layer in system.layers for name in layer.libraries}
    provided.update(found_by_loader(placed))
    provided.update((upon.findings.libraries or ()) if upon else ())
    wheels = [NativeWheel(each.title, each.has, each.needs) for each in venv.libraries]
    missing = missing_libraries(wheels, provided)
    if not missing:
        return
    if upon is None:
        told = errors.libraries_missing(
            str(platform),
            _with_packages(missing, release_of(base, debian)),
            None if is_default(base.address) else str(base.address),
        )
    else:
        told = _missing_upon(base, upon, platform, missing)
    if wanted == MissingLibrariesField.error:
        raise told.at(str(image.address))
    _logger.warning(str(told.at(str(image.address))))


def _missing_upon(base: Target, upon: OciBase, platform: Platform, missing: Sequence[MissingLibrary]) -> StrataError:
    found, address = upon.findings, str(base.address)
    if found.libraries is None:
        return errors.libraries_unknown(address)
    return errors.libraries_missing_upon(
        str(platform),
        _with_packages(missing, release_of_distro(found.system)),
        (upon.name, address),
        has_lock=bool(base[OciBaseLockfileField].value),
        is_musl=found.glibc is None and "musl" in found.c_libraries.values(),
    )


def _with_packages(missing: Iterable[MissingLibrary], release: str) -> list[tuple[str, str, str, Optional[str]]]:
    """Return wheel, file, library, and the package with it in a release of Debian; the release is empty elsewhere."""
    return [
        (each.wheel, each.file, each.library, package_with(each.library, release) if release else None)
        for each in missing
    ]


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
