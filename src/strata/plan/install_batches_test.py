from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strata.plan.install_batches import install_batches

NAMES = st.sets(st.from_regex(r"[a-z]{1,6}", fullmatch=True), max_size=60)


def test_a_small_lock_is_one_batch() -> None:
    assert install_batches(["b", "a"], locked=2) == (("a", "b"),)
    assert install_batches([], locked=0) == ()


def test_batches_become_more_as_the_lock_grows() -> None:
    names = [f"project-{number}" for number in range(150)]
    assert [len(install_batches(names, locked=count)) for count in (1, 23, 24, 47, 48, 96, 150)] == [
        1,
        1,
        2,
        2,
        4,
        8,
        8,
    ]


@given(NAMES, st.integers(0, 300))
def test_every_name_is_in_one_batch(names: set[str], locked: int) -> None:
    batches = install_batches(names, locked=locked)
    assert sorted(name for batch in batches for name in batch) == sorted(names)
    assert all(batch == tuple(sorted(batch)) for batch in batches)


@given(NAMES, st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(0, 300))
def test_a_name_more_or_less_changes_one_batch(names: set[str], name: str, locked: int) -> None:
    without, with_it = (set(install_batches(chosen, locked=locked)) for chosen in (names - {name}, names | {name}))
    assert len(with_it - without) == 1
    assert len(without - with_it) <= 1


@given(NAMES, st.integers(24, 300))
def test_what_an_app_needs_does_not_move_names(names: set[str], locked: int) -> None:
    all_batches = install_batches(names, locked=locked)
    some = sorted(names)[::2]
    expected = tuple(kept for batch in all_batches for kept in [tuple(n for n in batch if n in some)] if kept)
    assert install_batches(some, locked=locked) == expected
