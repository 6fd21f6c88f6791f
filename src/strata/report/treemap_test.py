from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strata.report.treemap import Rectangle, treemap


def test_a_known_map() -> None:
    """The example of the paper, sizes 6, 6, 4, 3, 2, 2, 1 in a map of 6 by 4: its first row is 3 wide."""
    found = treemap([6, 6, 4, 3, 2, 2, 1], 6, 4)
    assert found[:2] == [Rectangle(0, 0, 3, 2), Rectangle(0, 2, 3, 2)]
    assert found[2].height == pytest.approx(7 / 3)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=130))
@example([1, 255_839_970])
def test_the_map_is_filled_and_no_two_overlap(sizes: list[int]) -> None:
    found = treemap(sizes, 160, 90)
    for each, size in zip(found, sizes):
        assert each.width * each.height == pytest.approx(size / sum(sizes) * 160 * 90, rel=1e-6)
        assert min(each.left, each.top) >= -1e-6
        assert each.left + each.width <= 160 + 1e-6
        assert each.top + each.height <= 90 + 1e-6
    for one, other in combinations(found[:20], 2):
        beside = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
        above = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
        assert min(beside, above) <= 1e-6
