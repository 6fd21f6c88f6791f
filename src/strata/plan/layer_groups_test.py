from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from strata.plan.layer_groups import layer_groups

THRESHOLD = 1 << 10
NAMES = [f"wheel-{number}" for number in range(24)]
Sizes = dict[str, int]
Groups = tuple[tuple[str, ...], ...]

names = st.sampled_from(NAMES)
small_or_large = st.integers(0, THRESHOLD - 1) | st.integers(THRESHOLD, 1 << 14)
# Few wheels, or so many that not all large ones may have a layer of their own; from a budget of 16 there are 2 buckets.
sizes_of_wheels = st.dictionaries(names, small_or_large) | st.fixed_dictionaries(dict.fromkeys(NAMES, small_or_large))
budgets = st.integers(1, 6) | st.integers(7, 24)
sets_of_names = st.lists(st.frozensets(names, max_size=4), max_size=4)


def groups_of(sizes: Sizes, budget: int, *together: frozenset[str]) -> Groups:
    return layer_groups(sizes, budget=budget, threshold=THRESHOLD, together=together)


def mates(groups: Groups) -> dict[str, tuple[str, ...]]:
    """Name of a wheel → its group."""
    return {name: group for group in groups for name in group}


# ---- examples -------------------------------------------------------------------------------------------------------


def test_large_wheels_have_layers_of_their_own_and_come_first() -> None:
    sizes = {"numpy": 5000, "idna": 10, "scipy": 9000, "black": 5001, "six": 10, "attrs": 1024}
    assert groups_of(sizes, 8) == (("scipy",), ("black",), ("numpy",), ("attrs",), ("idna", "six"))


def test_small_wheels_are_spread_over_buckets() -> None:
    """An eighth of the budget; the numbers of the buckets are a matter of the names, for all time."""
    sizes = dict.fromkeys(["attrs", "certifi", "click", "idna", "six", "urllib3"], 10)
    assert groups_of(sizes, 15) == (("attrs", "certifi", "click", "idna", "six", "urllib3"),)
    assert groups_of(sizes, 24) == (("urllib3",), ("attrs", "idna", "six"), ("certifi", "click"))


def test_the_largest_keep_their_layers() -> None:
    """By the class of their size: `a` and `b` are alike, whatever their exact sizes."""
    sizes = {"a": 1500, "b": 1600, "c": 4000, "small": 1}
    assert groups_of(sizes, 4) == (("c",), ("a",), ("b",), ("small",))
    assert groups_of(sizes, 3) == (("c",), ("a",), ("b", "small"))
    assert groups_of(sizes, 2) == (("c",), ("a", "b", "small"))
    assert groups_of(sizes, 1) == (("a", "b", "c", "small"),)


def test_wheels_with_different_files_for_one_path_share_a_layer() -> None:
    sizes = {"a": 1, "b": 1, "c": 1, "d": 1, "large": 9000}
    assert groups_of(sizes, 8, frozenset("ab")) == (("large",), ("a", "b"), ("c", "d"))
    assert groups_of(sizes, 8, frozenset("ab"), frozenset("cd"), frozenset("bc")) == (("large",), ("a", "b", "c", "d"))
    assert groups_of(sizes, 8, frozenset(["a", "large"])) == (("a", "large"), ("b", "c", "d"))
    assert groups_of(sizes, 2, frozenset("ab")) == (("large",), ("a", "b", "c", "d"))
    assert groups_of(sizes, 8, frozenset(["a", "absent"])) == (("large",), ("a", "b", "c", "d"))


@pytest.mark.parametrize("budget", [1, 8])
def test_nothing(budget: int) -> None:
    assert groups_of({}, budget) == ()


# ---- properties -----------------------------------------------------------------------------------------------------


@given(sizes_of_wheels, budgets, sets_of_names)
def test_every_wheel_is_in_one_group_within_the_budget(
    sizes: Sizes, budget: int, together: list[frozenset[str]]
) -> None:
    groups = groups_of(sizes, budget, *together)
    assert sorted(name for group in groups for name in group) == sorted(sizes)
    assert all(group == tuple(sorted(group)) for group in groups)
    assert len(groups) <= budget


@given(sizes_of_wheels, budgets, sets_of_names)
def test_what_belongs_together_is_together(sizes: Sizes, budget: int, together: list[frozenset[str]]) -> None:
    group_of = mates(groups_of(sizes, budget, *together))
    for members in together:
        assert len({group_of[name] for name in members & sizes.keys()}) <= 1


@given(sizes_of_wheels, budgets, sets_of_names, st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(
    sizes: Sizes, budget: int, together: list[frozenset[str]], random: Random
) -> None:
    items = list(sizes.items())
    random.shuffle(items)
    assert groups_of(dict(items), budget, *reversed(together)) == groups_of(sizes, budget, *together)


@given(sizes_of_wheels, budgets, sets_of_names, st.data())
def test_an_update_within_a_class_changes_nothing(
    sizes: Sizes, budget: int, together: list[frozenset[str]], data: st.DataObject
) -> None:
    """The threshold is the first size of a class here, so no wheel passes it without changing its class.

    The size of wheels that belong together is that of all, so theirs may pass into another class.
    """
    assume(sizes)
    name = data.draw(st.sampled_from(sorted(sizes)))
    assume(not any(name in members for members in together))
    bits = sizes[name].bit_length()
    size = data.draw(st.integers(1 << (bits - 1), (1 << bits) - 1)) if bits else 0
    assert groups_of({**sizes, name: size}, budget, *together) == groups_of(sizes, budget, *together)


@given(sizes_of_wheels, budgets, sets_of_names, small_or_large)
def test_one_wheel_more_makes_at_most_two_new_groups(
    sizes: Sizes, budget: int, together: list[frozenset[str]], size: int
) -> None:
    """Its own, and the bucket of the one that made way for it. All other wheels keep their mates."""
    before = groups_of(sizes, budget, *together)
    after = groups_of({**sizes, "one-more": size}, budget, *together)
    new = set(after) - set(before)
    assert mates(after)["one-more"] in new
    assert len(new) <= 2
    if len(new) == 2:
        assert ("one-more",) in new


@given(sizes_of_wheels, budgets, sets_of_names, small_or_large)
def test_one_wheel_less_makes_at_most_two_new_groups(
    sizes: Sizes, budget: int, together: list[frozenset[str]], size: int
) -> None:
    """That of the wheel that takes its place, and the bucket that this one leaves."""
    before = groups_of({**sizes, "one-less": size}, budget, *together)
    after = groups_of(sizes, budget, *together)
    assert len(set(after) - set(before)) <= 2


@given(sizes_of_wheels, budgets, sets_of_names, small_or_large, st.data())
def test_a_wheel_of_another_class_makes_at_most_three_new_groups(
    sizes: Sizes, budget: int, together: list[frozenset[str]], size: int, data: st.DataObject
) -> None:
    """It leaves a bucket for a layer of its own, and who made way for it goes to another bucket; or the reverse."""
    assume(sizes)
    name = data.draw(st.sampled_from(sorted(sizes)))
    assume(not any(name in members for members in together))
    before = groups_of(sizes, budget, *together)
    after = groups_of({**sizes, name: size}, budget, *together)
    assert len(set(after) - set(before)) <= 3


def test_as_many_new_groups_do_occur() -> None:
    """The large wheels fill their part of the budget, and `a` is the first to make way: to the bucket of `idna`."""
    sizes = {"a": 1024, **{f"large-{number}": 5000 for number in range(13)}, "idna": 10, "six": 10, "click": 10}
    before = groups_of(sizes, 16)
    more = groups_of({**sizes, "one-more": 5000}, 16)
    assert (set(before) - set(more), set(more) - set(before)) == ({("a",), ("idna",)}, {("one-more",), ("a", "idna")})
    larger = groups_of({**sizes, "six": 5000}, 16)
    assert set(larger) - set(before) == {("six",), ("click",), ("a", "idna")}


@given(sizes_of_wheels, sizes_of_wheels, st.integers(8, 24))
def test_apps_share_the_layers_of_large_wheels(first: Sizes, second: Sizes, budget: int) -> None:
    """A wheel over the threshold is alone in every app whose large wheels fit the budget."""
    second = {**second, **{name: size for name, size in first.items() if name in second}}
    buckets = budget // 8
    for sizes in (first, second):
        assume(sum(size >= THRESHOLD for size in sizes.values()) <= budget - buckets)
    large = {name for name in first.keys() & second.keys() if first[name] >= THRESHOLD}
    assert {(name,) for name in large} <= set(groups_of(first, budget)) & set(groups_of(second, budget))
