"""The layers of a venv: one for each group of wheels (strata.plan.layer_groups), and one for the venv itself.

Inputs of a layer: its wheels and the interpreter, which compiles their bytecode. No installer: see install.py.
Errors: wheels that are damaged, or that would write where they must not.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts import (
    DependenciesLayer,
    DependenciesLayerRequest,
    VenvLayer,
    VenvLayerRequest,
)
from pants_strata.library_process import layer_output, on_interpreter, sandbox_interpreter
from pants_strata.progress import LAYERS_WRITTEN
from pants_strata.util_rules.wheels import merged, named
from strata.interpreters.paths import feature_version
from strata.plan.overlaps import Distribution

_WHEELS = "wheels"


@rule
async def dependencies_layer(request: DependenciesLayerRequest) -> DependenciesLayer:
    interpreter = await engine.interpreter(request.interpreter)
    names = [f"{wheel.name} {wheel.version}" for wheel in request.wheels]
    process = await on_interpreter(
        interpreter,
        "dependencies-layer",
        {
            "interpreter": sandbox_interpreter(interpreter),
            "wheels": named(request.wheels, _WHEELS),
            "bytecode": request.bytecode,
            "compression": request.compression,
        },
        large_inputs={_WHEELS: await merged(request.wheels)},
        description=f"Write the layer of {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}",
        level=LogLevel.DEBUG,
    )
    with LAYERS_WRITTEN.step():
        layer, told = await layer_output(process, str(request.venv), interpreter)
    return DependenciesLayer(
        layer, {name: Distribution.from_json(fields) for name, fields in told["distributions"].items()}
    )


@rule
async def venv_layer(request: VenvLayerRequest) -> VenvLayer:
    interpreter = await engine.interpreter(request.interpreter)
    python = feature_version(interpreter.version)
    process = await on_interpreter(
        interpreter,
        "venv-layer",
        {"python": python, "compression": request.compression},
        description=f"Write the layer of a venv for CPython {python}",
    )
    layer, told = await layer_output(process, str(request.interpreter.address), interpreter)
    return VenvLayer(layer, frozenset(told["standard_library"]))


def rules() -> Iterable[Rule]:
    return collect_rules()
