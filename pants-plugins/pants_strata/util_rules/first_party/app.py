"""The app layer: what an image's entry point needs of the repository, and nothing else of it.

Inputs: the sources and resources in the dependency closure of the image, source roots stripped, without those that the
wheel of a distribution installs. An edit of one of these files runs this one process.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.image import AppLayer, AppLayerRequest
from pants_strata.library_process import on_interpreter, sandbox_interpreter, written_layer
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.first_party.distributions import own_files
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from strata.protocol import app_layer

_ROOT = "sources"


@rule
async def write_app_layer(request: AppLayerRequest) -> AppLayer:
    """Return the layer of an image's first-party code, and what that imports from elsewhere."""
    files = await engine.python_files(await image_closure(request.address))
    sources = await own_files(files, request.installed, request.address)
    interpreter = await get_build_interpreter(request.interpreter)
    step = await on_interpreter(
        interpreter,
        app_layer.Request(
            root=Path(_ROOT),
            interpreter=sandbox_interpreter(interpreter),
            bytecode=request.bytecode,
            compression=request.compression,
        ),
        inputs=await engine.under(_ROOT, sources.digest),
        description=f"Write the app layer of {request.address}, {len(sources.files)} files",
    )
    layer, result = await written_layer(step, request.address, interpreter)
    return AppLayer(layer, result.imports)


get_app_layer = engine.asker(write_app_layer)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
