"""The problems of one image: what strata.lint looks for, with the facts from targets, options and locks.

Nothing is fetched or built, but where the lock has nearly as many wheels as the budget has layers: then the image is
built, since only its wheels tell how many layers they have. A lock that cannot be read is a problem, and no error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pants.backend.python.subsystems.setup import PythonSetup
from pants.backend.python.target_types import PythonRequirementsField
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.image import ImageRequest
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.lint import ImageLint, ImageLintRequest
from pants_strata.artifacts.python_version import Today
from pants_strata.lint_options import StrataLintSubsystem
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    EnvField,
    LintIgnoreField,
    OciBaseImageField,
    OciBaseLockfileField,
    OciBaseTarget,
    ScriptField,
    VenvLayerBudgetField,
)
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.image import get_image
from pants_strata.util_rules.interpreters.choice import Settings
from pants_strata.util_rules.platforms import platforms_of
from pants_strata.util_rules.review.parts import ImageParts, parts_of
from pants_strata.util_rules.venvs.locked_venv import read_requirements_of
from pants_strata.util_rules.venvs.needed import needed_requirements
from strata.errors import StrataError
from strata.interpreters.shipped import PYTHONS, shipped_version
from strata.lint import checks
from strata.lint.problem import LAYER_BUDGET, Problem, to_text
from strata.lint.secrets import secrets
from strata.locks.environment import wheel_tags
from strata.oci.platform import Platform
from strata.plan.needed import project_of
from strata.registry.reference import Reference

# Newer than every wheel asks for: whether a wheel fits is no matter here.
_GLIBC = (2, 99)


async def _locked(parts: ImageParts, platform: Platform, python: PythonSetup) -> Mapping[str, str]:
    """Return the projects in the lock of a venv that install on a platform, and their versions."""
    feature = parts.python.feature
    version = parts.python.version
    if version == feature:
        version = shipped_version(feature) if feature in PYTHONS else f"{feature}.0"
    nothing = DebianPackages((), FrozenDict())
    interpreter = Interpreter(parts.interpreter.address, platform, version, _GLIBC, nothing, parts.base.address)
    tags = wheel_tags(version, _GLIBC, platform)
    return {each.name: each.version for each in await read_requirements_of(parts.venv, interpreter, tags, python)}


async def _of_base(base: Target) -> Iterable[Problem]:
    if base.alias != OciBaseTarget.alias:
        return ()
    image, lock = base[OciBaseImageField].value, base[OciBaseLockfileField].path
    pinned = bool(Reference.parse(image).digest) or bool(lock and await engine.repository_paths([lock]))
    return checks.unpinned_base(str(base.address), image, pinned=pinned)


async def _declared() -> frozenset[str]:
    """Return the normalised names of all requirements that the repository declares."""
    return frozenset(
        project_of(str(requirement))
        for target in await engine.all_requirements()
        for requirement in target[PythonRequirementsField].value
    )


async def _of_budget(
    image: Target, venv: Target, wheels: int, platform: Platform, strata: StrataSubsystem
) -> Iterable[Problem]:
    own = venv[VenvLayerBudgetField].value
    budget = strata.layer_budget if own is None else own
    if not checks.is_near(wheels, budget):
        return ()
    built = await get_image(ImageRequest(image.address, platform))
    return checks.near_budget(len(built.image.layers_of("dependencies")), budget)


@rule
async def lint_image(
    request: ImageLintRequest,
    options: StrataLintSubsystem,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
    today: Today,
) -> ImageLint:
    """Return the problems of an image that are not ignored."""
    image = await engine.target(request.address)
    where = str(request.address)
    ignored = {*options.ignore, *(image[LintIgnoreField].value or ())}
    problems = [*secrets(image[EnvField].value or {})]
    error = ""
    try:
        platform = platforms_of(image[PlatformsField], request.address, strata, debian)[0]
        parts = await parts_of(image, Settings(strata, debian, python, today))
        problems += checks.near_end_of_life(
            parts.python.version, parts.python.origin, today.day, options.end_of_life_days
        )
        problems += await _of_base(parts.base)
        locked = await _locked(parts, platform, python)
        venv = str(parts.venv.address)
        problems += checks.accidental_installers(locked, await _declared(), venv)
        if image[ScriptField].value is None:
            problems += checks.nothing_of_lock(
                await needed_requirements(image, await image_closure(image.address)), locked, venv
            )
        if LAYER_BUDGET not in ignored:
            problems += await _of_budget(image, parts.venv, len(locked), platform, strata)
    except StrataError as mistake:
        told = str(mistake)
        error = f"{told}\n" if told.startswith(f"{where}: ") else f"{where}: {told}\n"
    return ImageLint(to_text(where, [each for each in problems if each.check not in ignored]) + error)


get_image_lint = engine.asker(lint_image)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
