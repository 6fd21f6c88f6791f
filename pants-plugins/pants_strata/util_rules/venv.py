"""The venv artifact: the wheels that an app needs, a layer for each group of them, and the proof of their installation.

Inputs: the wheels, fetched or built (wheels.py, sdists.py), the installer, the interpreter.
Errors: those of the lock, of fetching, of layers and of the installer.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from packaging.requirements import Requirement
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts import (
    ArtifactLayer,
    DependenciesLayerRequest,
    Installer,
    InstallRequest,
    InterpreterRequest,
    LockedVenv,
    LockedVenvRequest,
    Venv,
    VenvLayerRequest,
    VenvRequest,
    Wheel,
)
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import VenvLayerBudgetField, VenvLayerThresholdField
from pants_strata.util_rules.sdists import allowed_sdists, with_built_wheels
from pants_strata.util_rules.wheels import fetch_wheels
from strata.attest.build_inputs import Input
from strata.errors import StrataError
from strata.errors.targets import files_overlap, layer_budget_unusable
from strata.interpreters.paths import feature_version
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.requirements import LockedRequirement
from strata.plan.install_batches import install_batches
from strata.plan.layer_groups import MOST_LAYERS, layer_groups
from strata.plan.needed import reached
from strata.plan.overlaps import entangled, overlaps

_logger = logging.getLogger(__name__)


async def _obtain(target: Target, venv: LockedVenv, requirements: Sequence[LockedRequirement]) -> tuple[Wheel, ...]:
    fetched = await fetch_wheels(
        requirements,
        wheel_tags(venv.interpreter.version, venv.interpreter.glibc, venv.interpreter.platform),
        python=feature_version(venv.interpreter.version),
        platform=str(venv.interpreter.platform),
        where=str(target.address),
        sdists=allowed_sdists(target),
    )
    return await with_built_wheels(target, fetched, venv.interpreter, venv.installer)


async def _needed(target: Target, venv: LockedVenv, roots: Iterable[str]) -> tuple[Wheel, ...]:
    """What the roots require, and what that requires, by the metadata of the wheels: one round of fetching a step."""
    locked = {requirement.name: requirement for requirement in venv.requirements}
    environment = marker_environment(venv.interpreter.version, venv.interpreter.platform)
    wanted = [Requirement(root) for root in roots]
    found: dict[str, Wheel] = {}
    while True:
        requires = {wheel.name: wheel.requires for wheel in found.values()}
        try:
            names = reached(wanted, requires, locked, environment)
        except StrataError as error:
            raise error.at(str(target.address)) from None
        new = [locked[name] for name in sorted(names) if name not in found]
        if not new:
            return tuple(found.values())
        found.update((wheel.name, wheel) for wheel in await _obtain(target, venv, new))


def _layer_requests(
    request: VenvRequest, target: Target, strata: StrataSubsystem, venv: LockedVenv, wheels: Mapping[str, Wheel],
    together: Iterable[Collection[str]] = (),
) -> list[DependenciesLayerRequest]:  # fmt: skip
    budget, threshold = target[VenvLayerBudgetField].value, target[VenvLayerThresholdField].value
    budget = strata.layer_budget if budget is None else budget
    if not 1 <= budget <= MOST_LAYERS:
        raise layer_budget_unusable(budget, MOST_LAYERS).at(str(request.address))
    groups = layer_groups(
        {name: wheel.size for name, wheel in wheels.items()},
        budget=budget,
        threshold=strata.layer_threshold if threshold is None else threshold,
        together=together,
    )
    interpreter = InterpreterRequest(venv.interpreter.address, request.platform)
    return [
        DependenciesLayerRequest(
            request.address,
            interpreter,
            tuple(wheels[name] for name in group),
            request.bytecode,
            request.compression,
        )
        for group in groups
    ]


def _recorded(layer: ArtifactLayer, installer: Installer) -> ArtifactLayer:
    """With the installer in the build record: it is no input of any layer, but what all of them were compared with."""
    told = Input(f"{installer.tool} {installer.version}", installer.digest.fingerprint)
    return ArtifactLayer(layer.layer, layer.blob, FrozenDict({**layer.inputs, "installer": told}))


@rule
async def build_venv(request: VenvRequest, strata: StrataSubsystem) -> Venv:
    target = await engine.target(request.address)
    lock = LockedVenvRequest(request.address, request.platform)
    venv = await engine.locked_venv(lock)
    if request.roots is None:
        chosen = await _obtain(target, venv, venv.requirements)
    else:
        chosen = await _needed(target, venv, request.roots)
    wheels = {wheel.name: wheel for wheel in chosen}
    batches = install_batches({name: wheel.size for name, wheel in wheels.items()})
    installs = [InstallRequest(lock, tuple(wheels[name] for name in batch)) for batch in batches]
    skeleton = VenvLayerRequest(InterpreterRequest(venv.interpreter.address, request.platform), request.compression)
    skeleton_layer, installed, layers = await engine.venv_parts(
        skeleton, installs, _layer_requests(request, target, strata, venv, wheels)
    )
    distributions = {name: item for layer in layers for name, item in layer.distributions.items()}
    overlapping = overlaps(distributions)
    if overlapping:
        files = {path: [wheels[name].file for name in names] for path, names in overlapping.items()}
        _logger.warning(files_overlap(str(request.address), files))
        # Whose file is there must not depend on which layer lies above which: one layer holds them all.
        together = entangled(overlapping)
        _, _, layers = await engine.venv_parts(
            skeleton, (), _layer_requests(request, target, strata, venv, wheels, together)
        )
    # All were installed by one installer, which is told once; without wheels there is none.
    venv_layer = _recorded(skeleton_layer.layer, installed[0].installer) if installed else skeleton_layer.layer
    return Venv(
        layers=(venv_layer, *(layer.layer for layer in layers)),
        modules=frozenset(module for item in distributions.values() for module in item.modules),
        scripts=frozenset(script for item in distributions.values() for script in item.scripts),
        standard_library=skeleton_layer.standard_library,
    )


def rules() -> Iterable[Rule]:
    return collect_rules()
