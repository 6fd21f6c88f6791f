from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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


PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)


@given(st.dictionaries(st.sampled_from("xyz"), st.dictionaries(PATHS, st.sampled_from("12"))))
def test_each_path_is_compared_with_each_other(files: dict[str, dict[str, str]]) -> None:
    found = {name: Distribution((), (), contents) for name, contents in files.items()}
    everywhere = sorted({path for contents in files.values() for path in contents})
    having = {path: tuple(sorted(name for name in files if path in files[name])) for path in everywhere}
    different = {path: names for path, names in having.items() if len({files[name][path] for name in names}) > 1}
    assert overlaps(found) == different
    below = {
        path: tuple(sorted(name for name in files if any(each.startswith(f"{path}/") for each in files[name])))
        for path in everywhere
    }
    assert obstructions(found) == {path: (having[path], names) for path, names in below.items() if names}
