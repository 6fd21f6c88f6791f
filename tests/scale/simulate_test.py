from __future__ import annotations

from pathlib import Path

from scale.simulate import Assumed, Days, build, report, simulate

SMALL = Assumed(images=40, packages=60, commits=10, machines=3, days=5, kept_days=2, shared_edits=((0.8, 1), (1.0, 10)))


def test_the_same_assumptions_give_the_same_table() -> None:
    assert list(report(SMALL)) == list(report(SMALL))


def test_what_was_built_is_found_again() -> None:
    repository, _, days = simulate(SMALL)
    again = Days(stored=dict(days.stored))
    build(repository, range(SMALL.images), SMALL.days, set(), again)
    assert sum(again.executed.values()) == 0
    assert sum(again.asked.values()) > SMALL.images


def test_an_update_makes_one_wheel_and_the_layer_and_the_proof_that_hold_it_anew() -> None:
    repository, _, days = simulate(SMALL)
    image = 0
    name = max(repository.wheels[image], key=lambda each: repository.sizes[each])
    repository.versions[name] += 1
    again = Days(stored=dict(days.stored))
    build(repository, [image], SMALL.days, set(), again)
    assert again.executed == {"fetch": 1, "layer": 1, "proof": 1}


def test_the_page_shows_all_rows_of_the_report() -> None:
    page = Path("docs/scale.md").read_text()
    assert [what for what, _ in report(SMALL) if f"| {what} |" not in page] == []
