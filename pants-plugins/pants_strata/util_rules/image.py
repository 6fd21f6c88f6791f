"""The image: layers of base, interpreter, venv and app, and the config and manifest over them.

No process: the layers are digests, and config and manifest are written from their descriptions. These tell also which
installers the layers hold: an image with one that nobody asked for is not built.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts import (
    AppLayerRequest,
    BuiltImage,
    ImageRequest,
    InterpreterLayerRequest,
    InterpreterRequest,
    OsPackagesRequest,
    VenvRequest,
)
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    AnnotationsField,
    ArgsField,
    EnsurepipField,
    EnvField,
    ExposedPortsField,
    ImageBaseField,
    InterpreterField,
    LabelsField,
    StopSignalField,
    UserField,
    VenvField,
    WorkdirField,
)
from pants_strata.util_rules.entry_point import image_command
from pants_strata.util_rules.lookup import artifact_address, artifact_target
from strata.audit.policy import ANNOTATION, judge
from strata.diff.record import BuildRecord
from strata.errors import StrataError
from strata.oci.image import Image, RuntimeConfig
from strata.venv.environment import IMAGE_PREFIX

_DEFAULT_ENV = {"PATH": f"/{IMAGE_PREFIX}/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@rule
async def build_image(request: ImageRequest, strata: StrataSubsystem) -> BuiltImage:
    target = await engine.target(request.address)
    venv_target = await artifact_target(target[VenvField], strata.venv, "[strata].venv")
    interpreter_address = await artifact_address(
        venv_target[InterpreterField], strata.interpreter, "[strata].interpreter"
    )
    interpreter = await engine.interpreter(InterpreterRequest(interpreter_address, request.platform))
    base = await artifact_address(target[ImageBaseField], str(interpreter.base), "[strata].base")
    os_packages, interpreter_layer, venv, app = await engine.image_parts(
        OsPackagesRequest(base, request.platform, interpreter_address),
        InterpreterLayerRequest(interpreter, base),
        VenvRequest(venv_target.address, request.platform),
        AppLayerRequest(request.address, interpreter),
    )
    command = await image_command(target, venv)
    layers = (os_packages, interpreter_layer, venv.layer, app)
    runtime = RuntimeConfig(
        entrypoint=command,
        cmd=tuple(target[ArgsField].value or ()),
        env={**_DEFAULT_ENV, **dict(target[EnvField].value or {})},
        user=target[UserField].value,
        working_dir=target[WorkdirField].value,
        labels=dict(target[LabelsField].value or {}),
        exposed_ports=tuple(target[ExposedPortsField].value or ()),
        stop_signal=target[StopSignalField].value or "",
    )
    ensurepip = (await engine.target(interpreter_address))[EnsurepipField].value
    try:
        verdict = judge([item.layer for item in layers], ensurepip=ensurepip)
    except StrataError as refusal:
        raise refusal.at(str(request.address)) from None
    image = Image.assemble(
        request.platform,
        [item.layer for item in layers],
        runtime,
        annotations={**dict(target[AnnotationsField].value or {}), ANNOTATION: verdict.to_annotation()},
    )
    record = BuildRecord(
        image.manifest_descriptor.digest, {item.layer.descriptor.digest: item.inputs for item in layers}
    )
    return BuiltImage(image, await engine.merge(item.blob for item in layers), record, verdict)


def rules() -> Iterable[Rule]:
    return collect_rules()
