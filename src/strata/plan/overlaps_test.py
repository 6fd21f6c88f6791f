from __future__ import annotations

from strata.plan.overlaps import entangled, overlaps
from strata.protocol.dependencies_layer import Distribution


def distribution(**files: str) -> Distribution:
    return Distribution((), (), files)


def test_from_what_the_library_reports() -> None:
    fields = {"modules": ["a", "a.b"], "scripts": ["run"], "files": {"bin/run": "1"}}
    found = Distribution.from_json(fields)
    assert found == Distribution(frozenset({"a", "a.b"}), frozenset({"run"}), {"bin/run": "1"})
    assert hash(found) == hash(Distribution(found.modules, found.scripts, {}))


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
