"""The app layer: what an image's entry point needs of the repository, and nothing else of it.

Inputs: the sources and resources in the dependency closure of the image, source roots stripped. An edit of one of
these files runs this one process.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts import AppLayerRequest, ArtifactLayer
from pants_strata.library_process import layer_output, on_interpreter, sandbox_interpreter
from strata.interpreters.paths import feature_version

_ROOT = "sources"


@rule
async def app_layer(request: AppLayerRequest) -> ArtifactLayer:
    sources = await engine.python_files(await engine.dependency_closure(request.address))
    process = await on_interpreter(
        request.interpreter,
        "app-layer",
        {
            "root": _ROOT,
            "python": feature_version(request.interpreter.version),
            "interpreter": sandbox_interpreter(request.interpreter),
            "bytecode": request.bytecode,
            "compression": request.compression,
        },
        inputs=await engine.under(_ROOT, sources.digest),
        description=f"Write the app layer of {request.address}, {len(sources.files)} files",
    )
    layer, _ = await layer_output(process, str(request.address), request.interpreter)
    return layer


def rules() -> Iterable[Rule]:
    return collect_rules()
