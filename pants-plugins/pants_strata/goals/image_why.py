"""`./pants image-why src/web:image -- click`: why an image has a wheel, in the terminal.

Without a name it prints what the image is built with where its fields are not set, and the names of its wheels.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import canonicalize_name
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.console import Console
from pants.engine.goal import Goal, GoalSubsystem, Outputting
from pants.engine.rules import Rule, collect_rules, goal_rule
from pants.engine.target import Targets
from pants.option.option_types import ArgsListOption, BoolOption

from pants_strata.artifacts.python_version import Today
from pants_strata.goals.package import ImageFieldSet
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.review.report import facts_of
from pants_strata.util_rules.review.resolved import resolved_fields
from strata.errors.checks import reports as errors
from strata.report.answer import image_text, to_json, wheels_text


class ImageWhySubsystem(Outputting, GoalSubsystem):
    """The goal `image-why` and its options."""

    name = "image-why"
    help = "Say why an image has a wheel, as `./pants image-why src/web:image -- click`: which import asked for it."

    args = ArgsListOption(
        example="click flask",
        tool_name="image-why",
        passthrough=True,
        extra_help="The names of projects. Without any, what the image is built with, and the names of its wheels.",
    )
    json = BoolOption(default=False, help="Write JSON for programs instead of text.")


class ImageWhy(Goal):
    """How the goal `image-why` ended."""

    subsystem_cls = ImageWhySubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


# Below the helpers: Pants sees only what stands before a rule.
@goal_rule
async def image_why(
    console: Console,
    options: ImageWhySubsystem,
    targets: Targets,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
    today: Today,
) -> ImageWhy:
    """Print why the images of the targets have some wheels. Raise StrataError for a wheel that one does not have."""
    images = [target for target in targets if ImageFieldSet.is_applicable(target)]
    if not images:
        raise errors.no_images(ImageWhySubsystem.name)
    names = [canonicalize_name(name) for name in options.args]
    found = await facts_of(images, strata, debian)
    for facts in found:
        absent = [name for name in names if name not in facts.reasons]
        if absent:
            raise errors.no_such_wheel(absent, list(facts.reasons)).at(facts.name)
    if options.json:
        told = to_json(found, names)
    elif names:
        told = "".join(wheels_text(facts, names) for facts in found)
    else:
        by_name = {str(target.address): target for target in images}
        settings = Settings(strata, debian, python, today)
        told = "".join([image_text(facts, await resolved_fields(by_name[facts.name], settings)) for facts in found])
    with options.output(console) as output:
        output(told)
    return ImageWhy(exit_code=0)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
