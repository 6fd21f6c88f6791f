"""The venv artifact: layers that fit together, of the wheels that an app needs, whose installation has been proved.

Inputs: the venv's parts (parts.py), the installer. Errors: those of the parts; layers that do not fit together; a proof
that failed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.installer import Installer, PreparedInstallerRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.venv import LockedVenv, Venv, VenvParts, VenvRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.policy_options import Policy, PolicySubsystem
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.dependencies import get_dependencies_layer
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.parts import get_venv_parts, layer_requests
from strata.attest.build_inputs import Input
from strata.errors.audit import code_at_each_start, paths_alike
from strata.errors.targets import file_in_place_of_directory, files_overlap
from strata.oci.platform import Platform
from strata.plan.libraries import NativeWheel
from strata.plan.overlaps import entangled, obstructions, overlaps
from strata.plan.policy import Notices
from strata.protocol.dependencies_layer import Distribution

_logger = logging.getLogger(__name__)


def _libraries(
    wheels: Iterable[LockedWheel], distributions: Mapping[str, Distribution], platform: Platform
) -> Iterator[NativeWheel]:
    """Yield the shared libraries for a platform of each wheel that has any."""
    for wheel in wheels:
        found = distributions[wheel.name].libraries.get(str(platform))
        if found is not None:
            yield NativeWheel(f"{wheel.name} {wheel.version}", found.has, FrozenDict(found.needs))


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


async def _made(request: VenvRequest, locked: LockedVenv) -> VenvParts:
    """Return the parts. Meanwhile the installer is made ready: all proofs, but no layer, wait for that one process."""
    wanted: list[Any] = [get_venv_parts(request)]
    from_lock = locked.requirements if request.roots is None else request.roots
    if from_lock or request.built:
        wanted.append(get_prepared_installer(PreparedInstallerRequest(locked.installer)))
    parts: VenvParts = (await engine.concurrently(wanted))[0]
    return parts


@rule
async def build_venv(request: VenvRequest, strata: StrataSubsystem, policy: PolicySubsystem) -> Venv:
    """Return the layers of a venv, once its installer has proved what they hold."""
    target = await engine.target(request.lock.address)
    locked = await get_locked_venv(request.lock)
    parts = await _made(request, locked)
    layers, wheels = parts.layers, {wheel.name: wheel for wheel in parts.wheels}
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
        again = layer_requests(request, target, strata, locked, wheels, together)
        layers = tuple(await engine.concurrently([get_dependencies_layer(layer) for layer in again]))
    for proof in parts.proofs:
        if proof.failure is not None:
            raise proof.failure.at(str(target.address))
    # One installer installed them all; without wheels there is none.
    own = parts.venv_layer.layer
    if parts.proofs:
        own = _with_installer(own, parts.proofs[0].installer)
    return Venv(
        layers=(own, *(layer.layer for layer in layers)),
        modules=frozenset(module for item in distributions.values() for module in item.modules),
        scripts=frozenset(script for item in distributions.values() for script in item.scripts),
        standard_library=parts.venv_layer.standard_library,
        wheels=parts.wheels,
        libraries=tuple(_libraries(parts.wheels, distributions, request.lock.platform)),
        notices=notices,
    )


get_venv = engine.asker(build_venv)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
