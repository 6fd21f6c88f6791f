"""The layers of an image in a registry: the blob of each, and what they hold. A process for each, keyed by its digest.

Errors: those of the registry; layers that are damaged.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.oci_base import BaseFindings, BaseFindingsRequest, BaseLayerRequest, FetchedBaseLayer
from pants_strata.library_process import answer, answers, on_host, on_interpreter
from pants_strata.progress import FETCHED
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lookup import default_interpreter
from strata.bases.findings import combine
from strata.oci.descriptor import blob_path
from strata.protocol.bases import fetch_base_layer, inspect_base_layer

_BLOBS = "blobs"
_LAYER = "layer"


@rule
async def fetch_layer(request: BaseLayerRequest, host: HostPrepared) -> FetchedBaseLayer:
    """Return the blob of a layer."""
    layer = request.layer
    step = await on_host(
        host,
        fetch_base_layer.Request(repository=request.repository, digest=layer.digest, size=layer.size),
        output_directories=(_BLOBS,),
        description=f"Fetch the layer {layer.digest} of {request.repository} ({layer.size / 1e6:.1f} MB)",
        level=LogLevel.DEBUG,
    )
    with FETCHED.step() as counted:
        answered = await answer(step)
        answered.count(counted, layer.size)
    answered.value_for(request.owner)
    return FetchedBaseLayer(await engine.only(answered.files, [f"{_BLOBS}/**"]))


get_base_layer = engine.asker(fetch_layer)


@rule
async def find_in_layers(request: BaseFindingsRequest, strata: StrataSubsystem) -> BaseFindings:
    """Return what the layers hold. Each is fetched, read once, and not again as long as the cache has the findings."""
    builder = await get_build_interpreter(BuildInterpreterRequest((await default_interpreter(strata)).address))
    blobs = await engine.concurrently(
        get_base_layer(BaseLayerRequest(request.owner, request.repository, layer)) for layer in request.image.layers
    )
    steps = [
        await on_interpreter(
            builder,
            inspect_base_layer.Request(layer=Path(_LAYER, blob_path(layer.digest))),
            large_inputs={_LAYER: fetched.blob},
            outputs=None,
            description=f"Look for installers, packages and libraries in the layer {layer.digest}",
        )
        for layer, fetched in zip(request.image.layers, blobs)
    ]
    answered = await answers(steps)
    found = [each.value_for(request.owner) for each in answered]
    return BaseFindings(combine(found, request.image.runtime.env))


get_base_findings = engine.asker(find_in_layers)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
