"""The layers of a venv: one for each group of wheels (strata.plan.layer_groups), and one for the venv itself.

Inputs of a layer: its wheels and the interpreter, which compiles their bytecode. No installer: see install.py.
Errors: wheels that are damaged, or that would write where they must not.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.venv import DependenciesLayer, DependenciesLayerRequest, VenvLayer, VenvLayerRequest
from pants_strata.library_process import on_interpreter, sandbox_interpreter, written_layer
from pants_strata.progress import LAYERS
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.venvs.wheels import merged, named
from strata.protocol import dependencies_layer, venv_layer
from strata.protocol.interpreter import feature_version
from strata.wheels.image_venv import default_program

_WHEELS = "wheels"


@rule
async def write_dependencies_layer(request: DependenciesLayerRequest) -> DependenciesLayer:
    """Return the layer of some wheels, with what each of them installs."""
    with LAYERS.step() as counted:
        interpreter = await get_build_interpreter(request.interpreter)
        names = [f"{wheel.name} {wheel.version}" for wheel in request.wheels]
        more = f" and {len(names) - 1} more" if names[1:] else ""
        step = await on_interpreter(
            interpreter,
            dependencies_layer.Request(
                interpreter=sandbox_interpreter(interpreter),
                wheels=named(request.wheels, _WHEELS),
                bytecode=request.bytecode,
                compression=request.compression,
            ),
            large_inputs={_WHEELS: await merged(request.wheels)},
            description=f"Write the layer of {names[0]}{more}",
            counted=counted,
        )
        layer, result = await written_layer(step, request.venv, interpreter, counted)
    return DependenciesLayer(layer, result.distributions)


get_dependencies_layer = engine.asker(write_dependencies_layer)


@rule
async def write_venv_layer(request: VenvLayerRequest) -> VenvLayer:
    """Return the layer of an empty venv."""
    interpreter = await get_build_interpreter(request.interpreter)
    python = feature_version(interpreter.interpreter.version)
    step = await on_interpreter(
        interpreter,
        venv_layer.Request(
            python=python, program=request.program or default_program(python), compression=request.compression
        ),
        description=f"Write the layer of a venv for CPython {python}",
    )
    layer, result = await written_layer(step, request.interpreter.address, interpreter)
    return VenvLayer(layer, frozenset(result.standard_library))


get_venv_layer = engine.asker(write_venv_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
