"""The image: layers of base, interpreter, venv and app, and the config and manifest over them.

No process: the layers are digests, and config and manifest are written from their descriptions. These tell also which
installers the layers hold: an image with one that nobody asked for is not built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.image import AppLayerRequest, BuiltImage, ImageRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.artifacts.venv import LockedVenvRequest, VenvRequest
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    AnnotationsField,
    ArgsField,
    BytecodeField,
    EnsurepipField,
    EntryPointField,
    EnvField,
    ExposedPortsField,
    HealthcheckField,
    HealthcheckOptionsField,
    ImageResolveField,
    LabelsField,
    StopSignalField,
    TestBytecodeField,
    UserField,
    VenvField,
    VenvResolveField,
    WorkdirField,
)
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.entry_point import image_command
from pants_strata.util_rules.first_party.app import get_app_layer
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.first_party.distributions import built_distributions
from pants_strata.util_rules.first_party.image_files import extra_layers
from pants_strata.util_rules.image_system import get_image_system, image_system_request
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.platforms import platforms_of
from pants_strata.util_rules.venvs.imports import with_imported_wheels
from pants_strata.util_rules.venvs.libraries import check_libraries
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.needed import check_locked, needed_requirements
from pants_strata.util_rules.venvs.resolves import check_resolves, image_venv, narrowing
from pants_strata.util_rules.venvs.venv import get_venv
from strata.attest.build_inputs import BuildInputs
from strata.audit.policy import ANNOTATION, judge
from strata.bases.inherit import inherit
from strata.debian.packages.generated_files import NONROOT
from strata.errors import StrataError
from strata.errors import oci_base as errors
from strata.errors.contents import healthcheck
from strata.oci.image import Healthcheck, Image, RuntimeConfig
from strata.wheels.image_venv import IMAGE_PREFIX

_DEFAULTS = RuntimeConfig(
    env={"PATH": f"/{IMAGE_PREFIX}/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}, user=str(NONROOT)
)
# Runtimes take no more.
_MOST_LAYERS = 127


async def _declared(
    image: Target, closure: Sequence[Target], venv: LockedVenvRequest
) -> Optional[Mapping[str, Address]]:
    """Return the requirements that the image needs of the lock, with their targets; None for all of it."""
    needed = await needed_requirements(image, closure)
    if needed is None:
        return None
    locked = {requirement.name for requirement in (await get_locked_venv(venv)).requirements}
    check_locked(needed, locked, image=image.address, venv=venv.address)
    return needed


def _runtime(image: Target, command: Sequence[str]) -> RuntimeConfig:
    """Return what the target itself says of how a container starts."""
    return RuntimeConfig(
        entrypoint=tuple(command),
        cmd=tuple(image[ArgsField].value or ()),
        env=dict(image[EnvField].value or {}),
        user=image[UserField].value or "",
        working_dir=image[WorkdirField].value,
        labels=dict(image[LabelsField].value or {}),
        exposed_ports=tuple(image[ExposedPortsField].value or ()),
        stop_signal=image[StopSignalField].value or "",
        healthcheck=_healthcheck(image),
    )


def _healthcheck(image: Target) -> Optional[Healthcheck]:
    """Return the health check of an image, where it has one. Raise StrataError for options without a command."""
    command, options = image[HealthcheckField].value or (), image[HealthcheckOptionsField]
    if options.value and not command:
        raise healthcheck.without_command(options.value).at(str(image.address))
    return Healthcheck(tuple(command), options.times, options.retries) if command else None


@rule
async def build_image(
    request: ImageRequest, strata: StrataSubsystem, debian: DebianSubsystem, python: PythonSetup, today: Today
) -> BuiltImage:
    """Return an image. Raise StrataError where it cannot run, or holds an installer that nobody asked for."""
    target = await engine.target(request.address)
    venv_target = await image_venv(
        target[VenvField], target[ImageResolveField], target[EntryPointField], strata, python
    )
    closure = await image_closure(request.address)
    check_resolves(closure, venv_target[VenvResolveField].value, python, str(request.address))
    settings = Settings(strata, debian, python, today)
    system_request, program = await image_system_request(target, venv_target, request.platform, settings)
    interpreter, compression = system_request.interpreter, system_request.compression
    builder = BuildInterpreterRequest(interpreter.address)
    wanted = target[BytecodeField].value
    bytecode = strata.bytecode if wanted is None else wanted
    of_wheels = strata.wheels_bytecode(wanted, target[TestBytecodeField].value)
    locked_venv = LockedVenvRequest(venv_target.address, request.platform, system_request.base, interpreter.address)
    declared = await _declared(target, closure, locked_venv)
    roots = None if declared is None else tuple(declared)
    distributions = await built_distributions(target, locked_venv, interpreter)
    wheels = tuple(item.wheel for item in distributions)
    installed = tuple(sorted(path for item in distributions for path in item.files))
    venv_request = VenvRequest(locked_venv, roots, of_wheels, compression, wheels, program)
    system, venv, app = await engine.concurrently(
        get_image_system(system_request),
        get_venv(venv_request),
        get_app_layer(AppLayerRequest(request.address, builder, bytecode, compression, installed)),
    )
    extra = await extra_layers(target, builder, compression)
    venv = await with_imported_wheels(venv, venv_request, app.imports, image=request.address)
    base = await engine.target(system_request.base)
    placed = [path for item in extra for path in item.paths]
    check_libraries(target, base, system, venv, placed, request.platform, debian)
    command = await image_command(target, venv, narrowing(target[ImageResolveField], python), interpreter.version)
    layers = (*system.layers, *venv.layers, *(item.layer for item in extra), app.layer)
    ensurepip = (await engine.target(interpreter.address))[EnsurepipField].value
    try:
        if len(layers) > _MOST_LAYERS:
            raise errors.too_many_layers(len(system.layers), len(layers), _MOST_LAYERS)
        verdict = judge([item.layer for item in layers], ensurepip=ensurepip, allow_in_base=system.installers_allowed)
    except StrataError as refusal:
        raise refusal.at(str(request.address)) from None
    image = Image.assemble(
        request.platform,
        [item.layer for item in layers],
        inherit(system.runtime, _runtime(target, command), defaults=_DEFAULTS),
        annotations={
            **system.annotations,
            **dict(target[AnnotationsField].value or {}),
            ANNOTATION: verdict.to_annotation(),
        },
    )
    build_inputs = BuildInputs(
        (image.manifest_descriptor.digest,), {item.layer.descriptor.digest: item.inputs for item in layers}
    )
    return BuiltImage(
        *(image, await engine.merge(item.blob for item in layers), build_inputs, verdict, locked_venv),
        locked=tuple(wheel for wheel in venv.wheels if wheel not in wheels),
        distributions=wheels,
        declared=None if declared is None else FrozenDict({each: str(owner) for each, owner in declared.items()}),
        imports=app.imports,
        origins=tuple(item.origin for item in layers),
        notices=venv.notices,
        parts=FrozenDict({item.layer.descriptor.digest: item.parts for item in layers if item.parts is not None}),
    )


get_image = engine.asker(build_image)


async def images_of(
    targets: Iterable[Target], strata: StrataSubsystem, debian: DebianSubsystem
) -> list[tuple[ImageRequest, BuiltImage]]:
    """Return the images of some `python_image` targets, for each of their platforms, in the order of the targets."""
    requests = [
        ImageRequest(target.address, platform)
        for target in targets
        for platform in platforms_of(target[PlatformsField], target.address, strata, debian)
    ]
    images = await engine.concurrently(get_image(request) for request in requests)
    return list(zip(requests, images))


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
