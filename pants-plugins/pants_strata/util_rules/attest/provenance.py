"""The provenance of an image: from what it was built, by whom, and out of which commit.

Inputs: the image, its targets, the options that decide its bytes, the state of the repository. No process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pants.engine.target import Target
from pants.version import VERSION

from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.materials import CommonMaterialsRequest
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import (
    AnnotationsField,
    ArgsField,
    BytecodeField,
    CompressionField,
    EntryPointField,
    EnvField,
    ExposedPortsField,
    ImageBaseField,
    ImageInterpreterField,
    ImageResolveField,
    LabelsField,
    ScriptField,
    StopSignalField,
    TestBytecodeField,
    UserField,
    VenvField,
    WholeLockField,
    WorkdirField,
)
from pants_strata.util_rules.attest.materials import get_common_materials, materials_of
from pants_strata.util_rules.attest.source import SourceRequest, get_source
from strata import __version__
from strata.attest.provenance import Build

# What a target says of the bytes of its image. Where it goes, and how it is called there, is left out.
_FIELDS = (
    *(AnnotationsField, ArgsField, BytecodeField, CompressionField, EntryPointField, EnvField, ExposedPortsField),
    *(ImageBaseField, ImageInterpreterField, ImageResolveField, LabelsField, ScriptField, StopSignalField, UserField),
    *(TestBytecodeField, VenvField, WholeLockField, WorkdirField),
)


async def write_provenance(
    built: BuiltImage, image: Target, strata: StrataSubsystem, debian: DebianSubsystem, standalone: StandaloneSubsystem
) -> bytes:
    """Return the provenance of an image as a statement."""
    has_installed = bool(built.locked or built.distributions)
    common = await get_common_materials(
        CommonMaterialsRequest(built.venv, bool(built.image.layers_of("interpreter")), has_installed)
    )
    build = Build(
        builder=strata.builder_id,
        versions={"pants": VERSION, "strata": __version__},
        parameters={
            "target": str(image.address),
            "platform": str(built.venv.platform),
            "fields": _fields(image),
            "targets": dict(common.targets),
            "options": _options(strata, debian, standalone),
        },
        source=await get_source(SourceRequest(strata.source_uri)),
        materials=await materials_of(built, common),
    )
    return build.to_bytes(built.image.manifest_descriptor.digest, str(image.address))


def _fields(image: Target) -> dict[str, Any]:
    """Return the fields that have another value than their default."""
    fields = (image[kind] for kind in _FIELDS)
    return {each.alias: _json(each.value) for each in fields if each.value != type(each).default}


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, (tuple, list)) else value


def _options(strata: StrataSubsystem, debian: DebianSubsystem, standalone: StandaloneSubsystem) -> dict[str, Any]:
    """Return the options that decide bytes where a target says nothing."""
    return {
        "strata": {
            "base": strata.base,
            "bytecode": strata.bytecode,
            "compression": strata.compression.value,
            "installer": strata.installer,
            "interpreter": strata.interpreter,
            "layer_budget": strata.layer_budget,
            "layer_threshold": strata.layer_threshold,
            "test_bytecode": strata.test_bytecode,
            **({"venv": strata.venv} if strata.venv else {}),
        },
        "strata-debian": {"gone": debian.gone.value, "release": debian.release},
        "strata-standalone": {"release": standalone.release},
    }
