"""The parts of a venv, before anything compares them: its wheels, a layer for each group of them, their proofs.

Inputs: the wheels (chosen.py, first_party/distributions.py), the interpreter; the installer for proofs alone.
Errors: those of the wheels (chosen.py), of layers and of the installer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.venv import (
    DependenciesLayerRequest,
    LockedVenv,
    ProofRequest,
    VenvLayerRequest,
    VenvParts,
    VenvRequest,
)
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import InstallerToolField, VenvLayerBudgetField, VenvLayerThresholdField
from pants_strata.util_rules.dependencies import get_dependencies_layer, get_venv_layer
from pants_strata.util_rules.venvs.chosen import choose_wheels
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.proof import get_proof
from strata.errors.targets import layer_budget_unusable
from strata.locks.environment import marker_environment
from strata.plan.install_batches import install_batches, install_cost
from strata.plan.layer_groups import MOST_LAYERS, layer_groups
from strata.plan.needed import reached

# Installers that start in a few hundredths of a second.
_QUICK = ("uv",)


def layer_requests(
    request: VenvRequest,
    target: Target,
    strata: StrataSubsystem,
    locked: LockedVenv,
    wheels: Mapping[str, LockedWheel],
    together: Iterable[Collection[str]] = (),
) -> list[DependenciesLayerRequest]:
    """Return a request for each layer of wheels, as strata.plan.layer_groups has them: largest first."""
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
            BuildInterpreterRequest(locked.interpreter.address),
            tuple(wheels[name] for name in group),
            request.bytecode,
            request.compression,
        )
        for group in groups
    ]


def _proof_requests(
    request: VenvRequest, locked: LockedVenv, wheels: Mapping[str, LockedWheel], tool: str
) -> list[ProofRequest]:
    """Return a request for each batch of wheels, as strata.plan.install_batches has them."""
    brought = None if request.roots is None else _brought(request.roots, request.built, locked, wheels)
    costs = {name: install_cost(wheel.size, wheel.file_count) for name, wheel in wheels.items()}
    batches = install_batches(costs, brought, quick=tool in _QUICK)
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


@rule
async def make_venv_parts(request: VenvRequest, strata: StrataSubsystem) -> VenvParts:
    """Return the wheels of a venv, its layers and their proofs.

    All layers and proofs are under way at the same time. Layers of large wheels are asked for first, since they take
    longest; a proof runs at low priority (strata.installers.proof).
    """
    target = await engine.target(request.lock.address)
    locked = await get_locked_venv(request.lock)
    tool = (await engine.target(locked.installer.address))[InstallerToolField].value
    chosen = await choose_wheels(target, locked, request.roots, request.built)
    wheels = {wheel.name: wheel for wheel in chosen}
    layers = layer_requests(request, target, strata, locked, wheels)
    own = VenvLayerRequest(BuildInterpreterRequest(locked.interpreter.address), request.compression, request.program)
    wanted: list[Any] = [
        *(get_dependencies_layer(layer) for layer in layers),
        get_venv_layer(own),
        *(get_proof(proof) for proof in _proof_requests(request, locked, wheels, tool)),
    ]
    parts = await engine.concurrently(wanted)
    count = len(layers)
    return VenvParts(chosen, tuple(parts[:count]), parts[count], tuple(parts[count + 1 :]))


get_venv_parts = engine.asker(make_venv_parts)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
