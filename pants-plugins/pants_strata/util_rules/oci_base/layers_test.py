from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.testutil.option_util import create_subsystem

from pants_strata.artifacts.oci_base import BaseFindings, BaseFindingsRequest, BaseLayerRequest, FetchedBaseLayer
from pants_strata.library_process import Answer
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.oci_base import layers as module
from strata.bases.findings import Findings
from strata.oci.descriptor import LAYER_GZIP
from strata.protocol.bases import fetch_base, inspect_base_layer
from strata.protocol.bases.fetch_base import BaseLayer, BaseRuntime
from support.mocked_rules import origin, run_mocked

OWNER, NAME = Address("src", target_name="base"), "registry.example/team/base"
ALPHA, BETA = (f"sha256:{each * 64}" for each in "ab")
LAYERS = tuple(BaseLayer(LAYER_GZIP, each, 5, each) for each in (ALPHA, BETA))
ENV = ("PATH=/usr/bin", "LD_LIBRARY_PATH=/opt/oracle")
EMPTY = inspect_base_layer.Result(
    installers=(),
    packages=None,
    listed_packages=(),
    c_libraries={},
    pythons=(),
    python_headers={},
    distributions={},
    systems={},
    libraries=(),
    cached_libraries=None,
    removed=(),
)
GONE = "usr/lib/libgone.so.1"
RESULTS = {
    ALPHA: replace(EMPTY, libraries=("opt/oracle/libocci.so.21", "opt/own/libown.so.1", GONE)),
    BETA: replace(EMPTY, libraries=("usr/lib/libz.so.1",), removed=(GONE,)),
}


def found(layers: tuple[BaseLayer, ...], env: tuple[str, ...]) -> Findings:
    """What a rule finds in layers, whose steps have these RESULTS."""

    async def the_interpreter(*_: Any) -> Any:
        return SimpleNamespace(address=OWNER)

    async def step(_: Any, request: inspect_base_layer.Request, **__: Any) -> str:
        return f"{request.layer.parent.name}:{request.layer.name}"

    async def answers(digests: list[str]) -> list[Answer[inspect_base_layer.Result]]:
        return [Answer(EMPTY_DIGEST, RESULTS[each], None, origin()) for each in digests]

    def fetch(request: BaseLayerRequest) -> FetchedBaseLayer:
        assert (request.owner, request.repository) == (OWNER, NAME)
        return FetchedBaseLayer(Digest(request.layer.digest[-64:], request.layer.size))

    image = fetch_base.Result(ALPHA, BETA, layers, BaseRuntime(env=env))
    with patch.multiple(
        module,
        default_interpreter=the_interpreter,
        get_build_interpreter=the_interpreter,
        on_interpreter=step,
        answers=answers,
    ):
        result: BaseFindings = run_mocked(
            module.find_in_layers,
            [BaseFindingsRequest(OWNER, NAME, image), create_subsystem(StrataSubsystem)],
            {(FetchedBaseLayer, BaseLayerRequest): fetch},
        )
    return result.findings


def test_findings_of_all_layers_the_lowest_first() -> None:
    assert found(LAYERS, ()).libraries == ("libz.so.1",)
    assert found(LAYERS[::-1], ()).libraries == ("libgone.so.1", "libz.so.1")


def test_the_loader_looks_where_the_config_says() -> None:
    assert found(LAYERS, ENV).libraries == ("libocci.so.21", "libz.so.1")


def test_an_image_without_layers() -> None:
    assert found((), ENV).libraries == ()
