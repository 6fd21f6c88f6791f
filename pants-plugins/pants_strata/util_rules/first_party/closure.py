"""What an image depends on: the targets with the code, the resources and the requirements that are in it."""

from __future__ import annotations

from collections.abc import Iterable

from pants.backend.python.target_types import PythonProvidesField
from pants.engine.addresses import Address
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Dependencies, Target, TargetGenerator

from pants_strata import engine
from pants_strata.artifacts.image import ImageClosure, ImageClosureRequest


def is_distribution(target: Target) -> bool:
    """Return whether a wheel is built of a target."""
    return target.has_field(PythonProvidesField)


@rule
async def find_image_closure(request: ImageClosureRequest) -> ImageClosure:
    """Return all that an image depends on, but not what it depends on only through a distribution of its own.

    As Pants' own closures, it has generated targets in place of their generators. Those have seven more steps for each
    image, and the engine looks at all steps in each run. They are asked only where a target excludes others ("!!"), and
    for their error where an image depends on itself.
    """
    image = await engine.target(request.address)
    direct = [item for item in await engine.direct_dependencies(image) if not is_distribution(item)]
    found: dict[Address, Target] = {}
    new = direct
    while new:
        found.update((item.address, item) for item in new)
        new = [item for item in await engine.direct_dependencies(*new) if item.address not in found]
    if request.address in found:
        await engine.with_dependencies([request.address])
    if any(item.get(Dependencies).unevaluated_transitive_excludes.values for item in found.values()):
        return ImageClosure(await engine.with_dependencies([item.address for item in direct]))
    return ImageClosure(tuple(item for item in found.values() if not isinstance(item, TargetGenerator)))


_get_image_closure = engine.asker(find_image_closure)


async def image_closure(address: Address) -> tuple[Target, ...]:
    """Return the targets of the closure of an image."""
    closure: ImageClosure = await _get_image_closure(ImageClosureRequest(address))
    return closure.targets


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
