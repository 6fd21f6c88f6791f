"""Whether layouts have the layers of an `oci_base`: by `[strata].base_layers`, and by the goals of this run of Pants.

Pants' `publish` asks for the same package as `package` does, but writes none of it to `dist/`. So only the goals of the
run tell that nobody will read the layout: a push finds the base's layers in the base's registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.internals.options_parsing import _Options
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.subsystem import BaseLayers, StrataSubsystem

_PUBLISH = "publish"


@rule
async def layouts_on_bases(strata: StrataSubsystem, options: _Options) -> LayoutsOnBases:
    """Return whether layouts have the layers of their bases. It is asked anew in each run, and in no key of a step."""
    if strata.base_layers is BaseLayers.auto:
        alone = set(options.options.goals) == {_PUBLISH}
        return LayoutsOnBases(have_layers=not alone, publish_alone=alone)
    return LayoutsOnBases(have_layers=strata.base_layers is BaseLayers.copy)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
