"""The parts of an image by their targets: what fields, options and defaults resolve to, before anything is fetched."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.python_version import WantedPython
from pants_strata.target_types import (
    BaseField,
    EntryPointField,
    ImageBaseField,
    ImageResolveField,
    VenvField,
)
from pants_strata.util_rules.interpreters.choice import Settings, image_interpreter
from pants_strata.util_rules.interpreters.python_version import wanted_python
from pants_strata.util_rules.lookup import artifact_address, artifact_target
from pants_strata.util_rules.venvs.resolves import image_venv


@dataclass(frozen=True)
class ImageParts:
    """The `python_venv`, the `python_interpreter` and the base of an image, and the version of CPython."""

    venv: Target
    interpreter: Target
    base: Target
    python: WantedPython


async def parts_of(image: Target, settings: Settings) -> ImageParts:
    """Return the parts of a `python_image`. Raise StrataError where one of them cannot be used."""
    strata = settings.strata
    venv = await image_venv(image[VenvField], image[ImageResolveField], image[EntryPointField], strata, settings.python)
    interpreter = await engine.target(await image_interpreter(image, venv, settings))
    below = await artifact_address(interpreter[BaseField], strata.base, "[strata].base")
    base = await artifact_target(image[ImageBaseField], str(below), "[strata].base")
    return ImageParts(venv, interpreter, base, await wanted_python(interpreter, settings.debian))
