from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strata.plan.install_batches import install_batches, install_cost

LARGE = 64 << 20
MEDIUM = 4 << 20
NAME = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
COSTS = st.dictionaries(NAME, st.sampled_from([1, MEDIUM - 1, MEDIUM, LARGE - 1, LARGE]), max_size=60)


def test_a_few_wheels_are_one_batch() -> None:
    assert install_batches({"b": 1, "a": 1}) == (("a", "b"),)
    assert install_batches({}) == ()


def test_large_wheels_are_alone_and_begin() -> None:
    costs = {"numpy": LARGE, "click": MEDIUM - 1, "pandas": 9 * LARGE, "six": 1}
    assert install_batches(costs) == (("numpy",), ("pandas",), ("click", "six"))


def test_medium_wheels_have_batches_of_their_own() -> None:
    costs = {"six": 1, "uvloop": MEDIUM, "numpy": LARGE, "django": LARGE - 1, "click": MEDIUM - 1}
    assert install_batches(costs) == (("numpy",), ("django", "uvloop"), ("click", "six"))


def test_many_small_files_make_a_wheel_medium() -> None:
    costs = {"tzdata": install_cost(350_000, 630), "six": install_cost(350_000, 6), "click": 1}
    assert install_batches(costs) == (("tzdata",), ("click", "six"))


def test_batches_become_more_as_wheels_do() -> None:
    def count(wheels: int, size: int, quick: bool = False) -> int:
        return len(install_batches({f"project-{number}": size for number in range(wheels)}, quick=quick))

    assert [count(small, 1) for small in (1, 23, 24, 47, 48, 96, 191)] == [1, 1, 2, 2, 4, 8, 8]
    assert [count(small, 1, quick=True) for small in (1, 11, 12, 23, 24)] == [1, 1, 2, 2, 4]
    assert [count(medium, MEDIUM) for medium in (1, 7, 8, 15, 16, 31)] == [1, 1, 2, 2, 4, 4]


def test_what_requirements_of_an_image_bring_goes_together() -> None:
    costs = {"django": MEDIUM, "sqlparse": 1, "asgiref": 1, "flask": 1, "click": 1, "numpy": LARGE, "six": 1}
    brought = [{"django", "sqlparse", "asgiref"}, {"flask", "click"}, {"click"}, {"numpy"}]
    batches = install_batches(costs, [frozenset(names) for names in brought])
    assert batches == (("numpy",), ("django",), ("asgiref", "sqlparse"), ("click", "flask"), ("six",))


def test_another_image_shares_the_batches_of_the_requirements_that_it_shares() -> None:
    costs = dict.fromkeys("abcdef", 1)
    first, second = ([frozenset("ab"), frozenset("cd")], [frozenset("cd"), frozenset("ef")])
    one, other = (
        set(install_batches({name: costs[name] for names in brought for name in names}, brought))
        for brought in (first, second)
    )
    assert one & other == {("c", "d")}


def test_a_requirement_that_brings_very_much_has_several_batches() -> None:
    names = [f"project-{number}" for number in range(40)]
    batches = install_batches(dict.fromkeys(names, 1), [frozenset(names)])
    assert sorted(name for batch in batches for name in batch) == sorted(names)
    assert len(batches) == 2
    assert len(install_batches(dict.fromkeys(names, 1), [frozenset(names)], quick=True)) == 4


@given(
    st.lists(st.sampled_from([1, MEDIUM, LARGE]), min_size=8, max_size=8),
    st.lists(st.frozensets(st.sampled_from("abcdefgh")), max_size=5),
)
def test_every_wheel_of_an_image_is_in_a_batch(chosen: list[int], brought: list[frozenset[str]]) -> None:
    costs = dict(zip("abcdefgh", chosen))
    batches = install_batches(costs, brought)
    assert {name for batch in batches for name in batch} == set(costs)
    assert len(set(batches)) == len(batches)
    assert all(len(batch) == 1 or all(costs[name] < MEDIUM for name in batch) for batch in batches)


@given(COSTS)
def test_every_name_is_in_one_batch(costs: dict[str, int]) -> None:
    batches = install_batches(costs)
    assert sorted(name for batch in batches for name in batch) == sorted(costs)
    assert all(batch == tuple(sorted(batch)) for batch in batches)


@given(COSTS)
def test_another_cost_of_a_wheel_changes_nothing_unless_it_was_medium_or_becomes_it(costs: dict[str, int]) -> None:
    others = {1: 2, MEDIUM - 1: 3, MEDIUM: MEDIUM + 1, LARGE - 1: LARGE - 2, LARGE: 2 * LARGE}
    assert install_batches({name: others[size] for name, size in costs.items()}) == install_batches(costs)


@given(COSTS, NAME)
def test_a_small_wheel_more_changes_one_batch_unless_there_are_more_batches(costs: dict[str, int], name: str) -> None:
    without = {other: size for other, size in costs.items() if other != name}
    before, after = (set(install_batches(chosen)) for chosen in (without, {**without, name: 1}))
    grown = 1 + sum(size < MEDIUM for size in without.values())
    if grown in (24, 48):
        return
    assert len(after - before) == 1
    assert len(before - after) <= 1
