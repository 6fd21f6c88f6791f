from __future__ import annotations

import pytest

from pants_strata.pants_range import NEWEST, OLDEST, check_pants, unknown_api


@pytest.mark.parametrize("release", [OLDEST, (2, 30), NEWEST, (2, 99), (3, 0)])
def test_releases_that_may_do(release: tuple[int, int]) -> None:
    check_pants(*release)


@pytest.mark.parametrize("release", [(2, 16), (1, 30)])
def test_a_release_that_is_too_old(release: tuple[int, int]) -> None:
    with pytest.raises(ImportError) as caught:
        check_pants(*release)
    assert str(caught.value) == (
        f"The plugin pants_strata runs in Pants 2.17 to 2.33, and this is Pants {release[0]}.{release[1]}. Fix: set a "
        "newer `[GLOBAL].pants_version` in pants.toml."
    )


def test_a_newer_release_that_lacks_something() -> None:
    missing = "cannot import name 'find_owners' from 'pants.engine.internals.graph'"
    assert str(unknown_api(2, 40, missing)) == (
        "The plugin pants_strata runs in Pants 2.17 to 2.33, and this is Pants 2.40, which has another API: "
        f"{missing}. Fix: take a newer release of pants-strata into `[GLOBAL].plugins`, or set an older "
        "`[GLOBAL].pants_version` in pants.toml."
    )
    assert str(unknown_api(*NEWEST, missing)) == missing
