from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strata.plan.install_batches import install_batches

LARGE = 4 << 20
NAME = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
SIZES = st.dictionaries(NAME, st.sampled_from([1, LARGE - 1, LARGE]), max_size=60)


def test_a_small_lock_is_one_batch() -> None:
    assert install_batches({"b": 1, "a": 1}, locked=2) == (("a", "b"),)
    assert install_batches({}, locked=0) == ()


def test_large_wheels_are_alone_and_begin() -> None:
    sizes = {"numpy": LARGE, "click": LARGE - 1, "pandas": 9 * LARGE, "six": 1}
    assert install_batches(sizes, locked=4) == (("numpy",), ("pandas",), ("click", "six"))


def test_batches_become_more_as_the_lock_grows() -> None:
    sizes = {f"project-{number}": 1 for number in range(150)}
    assert [len(install_batches(sizes, locked=count)) for count in (1, 23, 24, 47, 48, 96, 150)] == [
        1,
        1,
        2,
        2,
        4,
        8,
        8,
    ]


@given(SIZES, st.integers(0, 300))
def test_every_name_is_in_one_batch(sizes: dict[str, int], locked: int) -> None:
    batches = install_batches(sizes, locked=locked)
    assert sorted(name for batch in batches for name in batch) == sorted(sizes)
    assert all(batch == tuple(sorted(batch)) for batch in batches)


@given(SIZES, NAME, st.integers(0, 300))
def test_a_small_wheel_more_or_less_changes_one_batch(sizes: dict[str, int], name: str, locked: int) -> None:
    without = {other: size for other, size in sizes.items() if other != name}
    before, after = (set(install_batches(chosen, locked=locked)) for chosen in (without, {**without, name: 1}))
    assert len(after - before) == 1
    assert len(before - after) <= 1


@given(SIZES, st.integers(24, 300))
def test_what_an_app_needs_does_not_move_names(sizes: dict[str, int], locked: int) -> None:
    some = {name: sizes[name] for name in sorted(sizes)[::2]}
    all_batches = install_batches(sizes, locked=locked)
    expected = tuple(kept for batch in all_batches for kept in [tuple(name for name in batch if name in some)] if kept)
    assert install_batches(some, locked=locked) == expected
