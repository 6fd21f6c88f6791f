"""`./pants peek --include-additional-info` shows what an image is built with where its fields are not set.

Releases of Pants to 2.29 are given nothing here: `./pants image-why path:image` shows the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Union

from pants.engine.rules import Rule
from pants.engine.unions import UnionRule

from pants_strata.engine import BY_NAME

if BY_NAME:
    from dataclasses import dataclass

    from pants.backend.project_info.peek import AdditionalTargetData, HasAdditionalTargetDataFieldSet
    from pants.backend.python.subsystems.setup import PythonSetup
    from pants.engine.rules import collect_rules, rule

    from pants_strata import engine
    from pants_strata.artifacts.python_version import Today
    from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
    from pants_strata.target_types import EntryPointField, ImageBaseField
    from pants_strata.util_rules.interpreters.choice import Settings
    from pants_strata.util_rules.review.resolved import resolved_fields

    @dataclass(frozen=True)
    class PeekImageFieldSet(HasAdditionalTargetDataFieldSet):
        """The fields of an image."""

        required_fields = (EntryPointField, ImageBaseField)

    @rule
    async def peek_image(
        field_set: PeekImageFieldSet,
        strata: StrataSubsystem,
        debian: DebianSubsystem,
        python: PythonSetup,
        today: Today,
    ) -> AdditionalTargetData:
        """Return what an image is built with, as `strata` among the additional information."""
        image = await engine.target(field_set.address)
        return AdditionalTargetData("strata", await resolved_fields(image, Settings(strata, debian, python, today)))


def rules() -> Iterable[Union[Rule, UnionRule]]:
    """Return the rules of this module."""
    if BY_NAME:
        return (*collect_rules(), UnionRule(HasAdditionalTargetDataFieldSet, PeekImageFieldSet))
    return ()
