"""What the fields of an image come to where they are not set: by options, by other targets and by defaults.

Nothing is fetched. Errors: those of util_rules/review/parts.py, and platforms that cannot be used.
"""

from __future__ import annotations

from typing import Union

from pants.engine.target import Target

from pants_strata.target_types import (
    BytecodeField,
    CompressionField,
    InstallerField,
    VenvLayerBudgetField,
    VenvLayerThresholdField,
)
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.target_types.publishing import ArchiveField
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.platforms import platforms_of
from pants_strata.util_rules.review.parts import parts_of

Resolved = dict[str, Union[str, int, bool, "tuple[str, ...]"]]
"""By the alias of the field; `python` is the version of CPython, and `python_origin` says where it is written."""


async def resolved_fields(image: Target, settings: Settings) -> Resolved:
    """Return what a `python_image` is built with. Raise StrataError where a part of it cannot be used."""
    strata = settings.strata
    parts = await parts_of(image, settings)
    installer = await artifact_address(parts.venv[InstallerField], strata.installer, "[strata].installer")
    budget, threshold = parts.venv[VenvLayerBudgetField].value, parts.venv[VenvLayerThresholdField].value
    bytecode = image[BytecodeField].value
    return {
        "archive": image[ArchiveField].value or strata.archive.value,
        "base": str(parts.base.address),
        "bytecode": strata.bytecode if bytecode is None else bytecode,
        "compression": image[CompressionField].value or strata.compression.choice,
        "installer": str(installer),
        "interpreter": str(parts.interpreter.address),
        "layer_budget": strata.layer_budget if budget is None else budget,
        "layer_threshold": strata.layer_threshold if threshold is None else threshold,
        "platforms": tuple(
            str(each) for each in platforms_of(image[PlatformsField], image.address, strata, settings.debian)
        ),
        "python": parts.python.version,
        "python_origin": parts.python.origin,
        "venv": str(parts.venv.address),
    }
