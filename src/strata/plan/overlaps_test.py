from __future__ import annotations

from strata.plan.overlaps import entangled, overlaps
from strata.protocol.dependencies_layer import Distribution


def distribution(**files: str) -> Distribution:
    return Distribution((), (), files)


def test_different_files_at_one_path_overlap() -> None:
    found = overlaps(
        {
            "second": distribution(common="1", same="7", own="3"),
            "first": distribution(common="2", same="7"),
            "third": distribution(common="2"),
        }
    )
    assert found == {"common": ("first", "second", "third")}
    assert entangled(found) == (frozenset({"first", "second", "third"}),)


def test_each_set_of_names_comes_once() -> None:
    both = {"a": ("x", "y"), "b": ("y", "x"), "c": ("x", "z")}
    assert entangled(both) == (frozenset({"x", "y"}), frozenset({"x", "z"}))
    assert entangled({}) == ()
