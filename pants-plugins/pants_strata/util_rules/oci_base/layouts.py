"""Which blobs layouts have, and where: by `[strata].base_layers`, `.share_blobs`, and the goals of this run of Pants.

Pants' `publish` asks for the same package as `package` does, but writes none of it to `dist/`. So only the goals of the
run tell that nobody will read the layout: a push finds the base's layers in the base's registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.internals.options_parsing import _Options
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.subsystem import BaseLayers, StrataSubsystem

_PACKAGE = "package"
_PUBLISH = "publish"


@rule
async def layouts_on_bases(strata: StrataSubsystem, options: _Options) -> LayoutsOnBases:
    """Return whether layouts have the layers of their bases. It is asked anew in each run, and in no key of a step."""
    goals = set(options.options.goals)
    # Whatever else takes a layout, a push or a test, takes it without what lies beside it.
    share = strata.share_blobs and goals == {_PACKAGE}
    if strata.base_layers is BaseLayers.auto:
        alone = goals == {_PUBLISH}
        return LayoutsOnBases(have_layers=not alone, publish_alone=alone, share_blobs=share)
    return LayoutsOnBases(have_layers=strata.base_layers is BaseLayers.copy, share_blobs=share)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
