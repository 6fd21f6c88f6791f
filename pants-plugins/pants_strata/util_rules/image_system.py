"""What lies below the venv of an image: the layers of its base, and the interpreter's, unless the base's Python serves.

Inputs: the base and the interpreter. The layers of an `oci_base` are those of the registry, as they are; where no
layout is to have them they are not even fetched (`oci_base/layouts.py`). Errors: those of the base; a Python of it that
is not there, or of another version.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.fs import EMPTY_DIGEST
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.image import ImageSystem, ImageSystemRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterLayerRequest, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.artifacts.oci_base import BaseLayerRequest, OciBase, OciBaseRequest
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.target_types import CompressionField, ImageBaseField, ImageInterpreterField, OciBaseTarget
from pants_strata.util_rules.debian.os_packages import get_os_packages_layer
from pants_strata.util_rules.interpreters.choice import Settings, check_version_file, image_interpreter
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.interpreters.layer import get_interpreter_layer
from pants_strata.util_rules.lookup import artifact_target
from pants_strata.util_rules.oci_base.base import get_oci_base
from pants_strata.util_rules.oci_base.layers import get_base_layer
from strata.attest.build_inputs import Input
from strata.errors import oci_base as errors
from strata.oci.annotations import base_annotations
from strata.oci.descriptor import Descriptor
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from strata.protocol.interpreter import feature_version


async def _base_layers(request: ImageSystemRequest, base: OciBase, *, fetch: bool) -> list[ArtifactLayer]:
    wanted = [BaseLayerRequest(request.base, base.repository, layer) for layer in base.image.layers]
    fetched = await engine.concurrently(get_base_layer(each) for each in wanted) if fetch else ()
    blobs = [each.blob for each in fetched] or [EMPTY_DIGEST] * len(wanted)
    inputs = FrozenDict({"image": Input(base.name, base.image.manifest.partition(":")[2])})
    return [
        ArtifactLayer(
            Layer(
                Descriptor(layer.media_type, layer.digest, layer.size),
                layer.diff_id,
                {"kind": "base", "installers": list(installers)},
            ),
            blob,
            inputs,
        )
        for layer, installers, blob in zip(base.image.layers, base.findings.installers, blobs)
    ]


@rule
async def build_image_system(request: ImageSystemRequest, layouts: LayoutsOnBases) -> ImageSystem:
    """Return the layers below a venv, the lowest first, and what an image inherits from its base."""
    interpreter = request.interpreter
    on_top = InterpreterLayerRequest(interpreter, request.base, request.compression)
    own = () if request.python_of_base else (on_top,)
    if (await engine.target(request.base)).alias != OciBaseTarget.alias:
        os_packages = OsPackagesRequest(request.base, interpreter.platform, interpreter.address, request.compression)
        layers = await engine.concurrently(
            [get_os_packages_layer(os_packages), *(get_interpreter_layer(each) for each in own)]
        )
        return ImageSystem(tuple(layers))
    base = await get_oci_base(OciBaseRequest(request.base, interpreter.platform))
    below = await _base_layers(request, base, fetch=layouts.have_layers)
    above = await engine.concurrently(get_interpreter_layer(each) for each in own)
    return ImageSystem(
        (*below, *above),
        base.image.runtime,
        FrozenDict(base_annotations(base.name, base.image.root)),
        base.allow_installers,
        base,
    )


get_image_system = engine.asker(build_image_system)


async def python_of_base(image: Target, base: Target, interpreter: Interpreter) -> str:
    """Return the path of the base's Python, if the image is to run on that; else an empty text.

    Raise StrataError where the base has no Python of the interpreter's feature version.
    """
    if image[ImageInterpreterField].value != ImageInterpreterField.of_base:
        return ""
    where = str(image.address)
    if base.alias != OciBaseTarget.alias:
        raise errors.python_needs_base(str(base.address)).at(where)
    found = await get_oci_base(OciBaseRequest(base.address, interpreter.platform))
    feature = feature_version(interpreter.version)
    program = found.findings.python(feature)
    if program is None:
        others = [f"/{path}, CPython {version}" for path, version in found.findings.pythons.items()]
        if others:
            raise errors.other_python(found.name, feature, others).at(where)
        raise errors.no_python(found.name, feature).at(where)
    return f"/{program}"


async def image_system_request(
    image: Target, venv: Target, platform: Platform, settings: Settings
) -> tuple[ImageSystemRequest, str]:
    """Return what lies below the venv of an image, and the path of the base's Python, if the image runs on that.

    Raise StrataError where base, interpreter and venv do not fit together.
    """
    address = await image_interpreter(image, venv, settings)
    interpreter = await get_interpreter(InterpreterRequest(address, platform))
    await check_version_file(image, venv, interpreter)
    base = await artifact_target(image[ImageBaseField], str(interpreter.base), "[strata].base")
    program = await python_of_base(image, base, interpreter)
    compression = image[CompressionField].value or settings.strata.compression.choice
    return ImageSystemRequest(base.address, interpreter, bool(program), compression), program


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
