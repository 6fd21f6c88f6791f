"""The image: layers of base, interpreter, venv and app, and the config and manifest over them.

No process: the layers are digests, and config and manifest are written from their descriptions.
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
    OsPackagesRequest,
    VenvRequest,
)
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    AnnotationsField,
    ArgsField,
    EnvField,
    ExposedPortsField,
    ImageBaseField,
    LabelsField,
    StopSignalField,
    UserField,
    VenvField,
    WorkdirField,
)
from pants_strata.util_rules.entry_point import image_command
from pants_strata.util_rules.lookup import artifact_address
from strata.oci.image import Image, RuntimeConfig
from strata.venv.environment import IMAGE_PREFIX

_DEFAULT_ENV = {"PATH": f"/{IMAGE_PREFIX}/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@rule
async def build_image(request: ImageRequest, strata: StrataSubsystem) -> BuiltImage:
    target = await engine.target(request.address)
    venv_address = await artifact_address(target[VenvField], strata.venv, "[strata].venv")
    venv = await engine.venv(VenvRequest(venv_address, request.platform))
    interpreter = venv.interpreter
    command = await image_command(target, venv)
    base = await artifact_address(target[ImageBaseField], str(interpreter.base), "[strata].base")
    layers = (
        await engine.os_packages_layer(OsPackagesRequest(base, request.platform, interpreter.address)),
        await engine.interpreter_layer(InterpreterLayerRequest(interpreter, base)),
        venv.layer,
        await engine.app_layer(AppLayerRequest(request.address, interpreter)),
    )
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
    image = Image.assemble(
        request.platform,
        [item.layer for item in layers],
        runtime,
        annotations=dict(target[AnnotationsField].value or {}),
    )
    return BuiltImage(image, await engine.merge(item.blob for item in layers))


def rules() -> Iterable[Rule]:
    return collect_rules()
