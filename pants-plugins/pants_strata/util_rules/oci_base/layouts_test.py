from __future__ import annotations

from types import SimpleNamespace

import pytest
from pants.testutil.option_util import create_subsystem

from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.subsystem import BaseLayers, StrataSubsystem
from pants_strata.util_rules.oci_base.layouts import layouts_on_bases
from support.mocked_rules import run_mocked


@pytest.mark.parametrize(
    "chosen, goals, expected",
    [
        (BaseLayers.auto, ["publish"], LayoutsOnBases(False, publish_alone=True)),
        (BaseLayers.auto, ["package"], LayoutsOnBases(True)),
        (BaseLayers.auto, ["package", "publish"], LayoutsOnBases(True)),
        # A test may run an image that it names among its dependencies.
        (BaseLayers.auto, ["test", "publish"], LayoutsOnBases(True)),
        (BaseLayers.auto, [], LayoutsOnBases(True)),
        (BaseLayers.copy, ["publish"], LayoutsOnBases(True)),
        (BaseLayers.reference, ["publish"], LayoutsOnBases(False)),
        (BaseLayers.reference, ["package"], LayoutsOnBases(False)),
    ],
)
def test_layouts(chosen: BaseLayers, goals: list[str], expected: LayoutsOnBases) -> None:
    options = SimpleNamespace(options=SimpleNamespace(goals=goals))
    strata = create_subsystem(StrataSubsystem, base_layers=chosen, share_blobs=False)
    assert run_mocked(layouts_on_bases, [strata, options], {}) == expected


@pytest.mark.parametrize(
    "goals, chosen, shared",
    [
        (["package"], True, True),
        (["package"], False, False),
        # A push, or a test, takes a layout without what lies beside it.
        (["publish"], True, False),
        (["package", "publish"], True, False),
        (["test"], True, False),
    ],
)
def test_blobs_are_shared_where_layouts_stay_in_dist(goals: list[str], chosen: bool, shared: bool) -> None:
    options = SimpleNamespace(options=SimpleNamespace(goals=goals))
    strata = create_subsystem(StrataSubsystem, base_layers=BaseLayers.auto, share_blobs=chosen)
    assert run_mocked(layouts_on_bases, [strata, options], {}).share_blobs is shared
