"""The facts of a report about images: what is in them, why, and what changed since a reference on disk.

Nothing is cached here: images are built as `package` builds them, and the rest is read from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from pants.engine.target import Target

from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.interpreter import InterpreterRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.attest.contents import contents_of
from pants_strata.util_rules.image import images_of
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from strata.diff.compare import Comparison, Side, compare
from strata.diff.view import ImageView
from strata.locks.environment import marker_environment
from strata.report.facts import ImageFacts
from strata.report.reasons import Reason, WheelFacts, reasons


async def facts_of(
    targets: Sequence[Target],
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    references: Optional[Mapping[str, Side]] = None,
) -> tuple[ImageFacts, ...]:
    """Return the facts of the images of some `python_image` targets, for each of their platforms.

    :param references: the address of a target → its images in the reference; None where there is no reference.
    """
    images = await images_of(targets, strata, debian)
    by_address = {target.address: target for target in targets}
    found = []
    for request, built in images:
        name, view = str(request.address), ImageView.of_image(built.image)
        comparison = None if references is None else _compared(name, references.get(name, Side([])), view, built)
        found.append(
            ImageFacts(
                name,
                view,
                await contents_of(built, by_address[request.address], debian),
                await _reasons(built),
                built.installers,
                comparison,
                built.notices,
            )
        )
    return tuple(found)


def _compared(name: str, reference: Side, view: ImageView, built: BuiltImage) -> Comparison:
    """Return the comparison for the platform of an image."""
    compared = compare(name, reference, Side([view], build_inputs=built.build_inputs))
    return next(each for each in compared if each.after is view)


async def _reasons(built: BuiltImage) -> Mapping[str, Reason]:
    interpreter = await get_interpreter(InterpreterRequest(built.venv.interpreter, built.venv.platform))
    wheels = [*_wheels(built.locked), *_wheels(built.distributions, own=True)]
    environment = marker_environment(interpreter.version, built.venv.platform)
    return reasons(wheels, built.declared, built.imports, environment)


def _wheels(wheels: Iterable[LockedWheel], *, own: bool = False) -> list[WheelFacts]:
    return [WheelFacts(each.name, each.version, each.requires, each.import_names, own) for each in wheels]
