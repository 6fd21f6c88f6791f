from __future__ import annotations

from strata.plan.overlaps import entangled, obstructions, overlaps
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


def test_a_file_in_the_place_of_a_directory() -> None:
    def having(*paths: str) -> Distribution:
        return Distribution((), (), dict.fromkeys(paths, "1"))

    found = obstructions(
        {
            "file": having("lib/a", "lib/b.py"),
            "directory": having("lib/a/b/c.py", "lib/b.pyc"),
            "other": having("lib/a/d.py", "lib/c/x.py"),
            "same": having("lib/c/y.py"),
        }
    )
    assert found == {"lib/a": (("file",), ("directory", "other"))}
