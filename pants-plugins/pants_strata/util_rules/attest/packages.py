"""What base and interpreter say of themselves: sources, dependencies and licences of Debian packages, linked libraries.

Inputs: the blobs of the layers. A process for each, on the interpreter artifact. They are read while the venv is made,
so that no image waits for its documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.documents import DescribedPackages, DescribedPackagesRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.library_process import answers, on_interpreter
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import EntryPointField, ImageResolveField, VenvField
from pants_strata.util_rules.image_system import get_image_system, image_system_request
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.venvs.resolves import image_venv
from strata.protocol.attest import attest_packages

_LAYER = "layer"
# The kinds of layers that hold Debian packages or a standalone CPython, by their descriptions.
_KINDS = ("os-packages", "interpreter")


@rule
async def describe_packages(
    request: DescribedPackagesRequest,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
    today: Today,
) -> DescribedPackages:
    """Return what the base and the interpreter of an image say of themselves, by their layers."""
    image = await engine.target(request.image.address)
    venv = await image_venv(image[VenvField], image[ImageResolveField], image[EntryPointField], strata, python)
    settings = Settings(strata, debian, python, today)
    system_request, _ = await image_system_request(image, venv, request.image.platform, settings)
    system = await get_image_system(system_request)
    layers = [each for each in system.layers if each.layer.contents["kind"] in _KINDS]
    interpreter = await get_build_interpreter(BuildInterpreterRequest(system_request.interpreter.address))
    steps = [
        await on_interpreter(
            interpreter,
            attest_packages.Request(layer=Path(_LAYER, each.layer.descriptor.blob_path)),
            large_inputs={_LAYER: each.blob},
            outputs=None,
            description=f"Read what the packages in the layer {each.layer.descriptor.digest} say of themselves",
            level=LogLevel.DEBUG,
        )
        for each in layers
    ]
    found = [each.value_for(request.image.address) for each in await answers(steps)]
    return DescribedPackages(FrozenDict(zip((each.layer.descriptor.digest for each in layers), found)))


get_described_packages = engine.asker(describe_packages)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
