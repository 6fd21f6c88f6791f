"""The venv artifact: the wheels that an app needs, a layer for each group of them, and the proof of their installation.

Inputs: the wheels (chosen.py, first_party/distributions.py), the installer, the interpreter.
Errors: those of the wheels (chosen.py), of layers and of the installer.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.installer import Installer, PreparedInstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.venv import (
    DependenciesLayer,
    DependenciesLayerRequest,
    LockedVenv,
    Proof,
    ProofRequest,
    Venv,
    VenvLayer,
    VenvLayerRequest,
    VenvRequest,
    VenvWheels,
    VenvWheelsRequest,
)
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.policy_options import Policy, PolicySubsystem
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import VenvLayerBudgetField, VenvLayerThresholdField
from pants_strata.util_rules.dependencies import get_dependencies_layer, get_venv_layer
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.venvs.chosen import get_venv_wheels
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.proof import get_proof
from strata.attest.build_inputs import Input
from strata.errors.audit import code_at_each_start, paths_alike
from strata.errors.targets import file_in_place_of_directory, files_overlap, layer_budget_unusable
from strata.locks.environment import marker_environment
from strata.oci.platform import Platform
from strata.plan.install_batches import install_batches
from strata.plan.layer_groups import MOST_LAYERS, layer_groups
from strata.plan.libraries import NativeWheel
from strata.plan.needed import reached
from strata.plan.overlaps import entangled, obstructions, overlaps
from strata.plan.policy import Notices
from strata.protocol.dependencies_layer import Distribution

_logger = logging.getLogger(__name__)


def _layer_requests(
    request: VenvRequest,
    target: Target,
    strata: StrataSubsystem,
    interpreter: BuildInterpreterRequest,
    wheels: Mapping[str, LockedWheel],
    together: Iterable[Collection[str]] = (),
) -> list[DependenciesLayerRequest]:
    """Return a request for each layer of wheels, as strata.plan.layer_groups has them."""
    budget, threshold = target[VenvLayerBudgetField].value, target[VenvLayerThresholdField].value
    budget = strata.layer_budget if budget is None else budget
    if not 1 <= budget <= MOST_LAYERS:
        raise layer_budget_unusable(budget, MOST_LAYERS).at(str(target.address))
    groups = layer_groups(
        {name: wheel.size for name, wheel in wheels.items()},
        budget=budget,
        threshold=strata.layer_threshold if threshold is None else threshold,
        together=together,
    )
    return [
        DependenciesLayerRequest(
            target.address,
            interpreter,
            tuple(wheels[name] for name in group),
            request.bytecode,
            request.compression,
        )
        for group in groups
    ]


async def _chosen(request: VenvRequest, locked: LockedVenv) -> tuple[LockedWheel, ...]:
    """Return the wheels. Meanwhile the installer is made ready: later, all proofs would wait for one process."""
    wanted: list[Any] = [get_venv_wheels(VenvWheelsRequest(request.lock, request.roots, request.built))]
    from_lock = locked.requirements if request.roots is None else request.roots
    if from_lock or request.built:
        wanted.append(get_prepared_installer(PreparedInstallerRequest(locked.installer)))
    found: VenvWheels = (await engine.concurrently(wanted))[0]
    return found.wheels


async def _parts(
    layers: Sequence[DependenciesLayerRequest],
    venv: VenvLayerRequest,
    proofs: Sequence[ProofRequest],
) -> tuple[tuple[DependenciesLayer, ...], VenvLayer, tuple[Proof, ...]]:
    """Return the layers of wheels, the layer of the venv itself and the proofs.

    All are under way at the same time. Layers of large wheels are asked for first, since they take longest; a proof
    runs at low priority (strata.installers.proof).
    """
    wanted: list[Any] = [
        *(get_dependencies_layer(request) for request in layers),
        get_venv_layer(venv),
        *(get_proof(request) for request in proofs),
    ]
    parts = await engine.concurrently(wanted)
    count = len(layers)
    return tuple(parts[:count]), parts[count], tuple(parts[count + 1 :])


def _libraries(
    wheels: Iterable[LockedWheel], distributions: Mapping[str, Distribution], platform: Platform
) -> Iterator[NativeWheel]:
    """Yield the shared libraries for a platform of each wheel that has any."""
    for wheel in wheels:
        found = distributions[wheel.name].libraries.get(str(platform))
        if found is not None:
            yield NativeWheel(f"{wheel.name} {wheel.version}", found.has, FrozenDict(found.needs))


def _proof_requests(request: VenvRequest, locked: LockedVenv, wheels: Mapping[str, LockedWheel]) -> list[ProofRequest]:
    """Return a request for each batch of wheels, as strata.plan.install_batches has them."""
    brought = None if request.roots is None else _brought(request.roots, request.built, locked, wheels)
    batches = install_batches({name: wheel.size for name, wheel in wheels.items()}, brought)
    return [ProofRequest(request.lock, tuple(wheels[name] for name in batch)) for batch in batches]


def _brought(
    roots: Iterable[str], built: Iterable[LockedWheel], locked: LockedVenv, wheels: Mapping[str, LockedWheel]
) -> list[frozenset[str]]:
    """Return the wheels that each root and each built wheel brings.

    A built wheel is apart from what it requires: an edit of its sources installs nothing else again.
    """
    environment = marker_environment(locked.interpreter.version, locked.interpreter.platform)
    requires = {name: wheel.requires for name, wheel in wheels.items()}
    own = frozenset(wheel.name for wheel in built)
    brought = [frozenset(reached([root], requires, wheels, environment)) for root in (*roots, *own)]
    return [*(frozenset([name]) for name in own), *(names - own for names in brought)]


def _with_installer(layer: ArtifactLayer, installer: Installer) -> ArtifactLayer:
    """Return the layer with the installer among its inputs: it decides no byte, and proves what all layers hold."""
    named = Input(f"{installer.tool} {installer.version}", installer.digest.fingerprint)
    return replace(layer, inputs=FrozenDict({**layer.inputs, "installer": named}))


def _check_policy(notices: Notices, policy: PolicySubsystem, address: str) -> None:
    """Raise StrataError for what `[strata-policy]` refuses."""
    if policy.start_code is Policy.error:
        allowed = {canonicalize_name(name) for name in policy.start_code_of}
        refused = {path: name for path, name in notices.starts if name not in allowed}
        if refused:
            raise code_at_each_start(address, refused)
    if policy.alike_paths is Policy.error and notices.alike:
        raise paths_alike(address, dict(notices.alike))


@rule
async def build_venv(request: VenvRequest, strata: StrataSubsystem, policy: PolicySubsystem) -> Venv:
    """Return the layers of a venv, once its installer has proved what they hold."""
    target = await engine.target(request.lock.address)
    locked = await get_locked_venv(request.lock)
    chosen = await _chosen(request, locked)
    wheels = {wheel.name: wheel for wheel in chosen}
    interpreter = BuildInterpreterRequest(locked.interpreter.address)
    venv = VenvLayerRequest(interpreter, request.compression, request.program)
    layers, venv_layer, proofs = await _parts(
        _layer_requests(request, target, strata, interpreter, wheels),
        venv,
        _proof_requests(request, locked, wheels),
    )
    distributions = {name: item for layer in layers for name, item in layer.distributions.items()}
    obstructed = obstructions(distributions)
    if obstructed:
        raise file_in_place_of_directory(
            str(target.address),
            {
                path: ([wheels[name].file for name in files], [wheels[name].file for name in directories])
                for path, (files, directories) in obstructed.items()
            },
        )
    notices = Notices.of(distributions)
    _check_policy(notices, policy, str(target.address))
    overlapping = overlaps(distributions)
    if overlapping:
        files = {path: [wheels[name].file for name in names] for path, names in overlapping.items()}
        _logger.warning(files_overlap(str(target.address), files))
        # Whose file is there must not depend on which layer lies above which: one layer holds them all.
        together = entangled(overlapping)
        again = _layer_requests(request, target, strata, interpreter, wheels, together)
        layers, _, _ = await _parts(again, venv, ())
    for proof in proofs:
        if proof.failure is not None:
            raise proof.failure.at(str(target.address))
    # One installer installed them all; without wheels there is none.
    own = _with_installer(venv_layer.layer, proofs[0].installer) if proofs else venv_layer.layer
    return Venv(
        layers=(own, *(layer.layer for layer in layers)),
        modules=frozenset(module for item in distributions.values() for module in item.modules),
        scripts=frozenset(script for item in distributions.values() for script in item.scripts),
        standard_library=venv_layer.standard_library,
        wheels=chosen,
        libraries=tuple(_libraries(chosen, distributions, request.lock.platform)),
        notices=notices,
    )


get_venv = engine.asker(build_venv)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
