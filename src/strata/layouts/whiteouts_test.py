from __future__ import annotations

import pytest

from strata.layouts.whiteouts import hides, removed_path


@pytest.mark.parametrize(
    "path, removed",
    [
        ("usr/bin/.wh.pip", "usr/bin/pip"),
        (".wh.srv", "srv"),
        ("usr/bin/.wh..wh..opq", "usr/bin/"),
        (".wh..wh..opq", ""),
        ("usr/bin/pip", None),
        ("usr/.wh.bin/pip", None),
        # Nothing has such a name, so that they hide nothing.
        ("usr/bin/.wh.", None),
        ("usr/bin/.wh..", None),
        ("usr/bin/.wh...", None),
    ],
)
def test_what_a_file_takes_away(path: str, removed: str | None) -> None:
    assert removed_path(path) == removed


def test_what_is_hidden() -> None:
    assert hides(["usr/bin"], "usr/bin")
    assert hides(["usr/bin"], "usr/bin/pip")
    assert not hides(["usr/bin"], "usr/bin2")
    # All that is in a directory, and not the directory.
    assert hides(["usr/bin/"], "usr/bin/pip")
    assert not hides(["usr/bin/"], "usr/bin")


def test_the_root_hides_all_of_lower_layers() -> None:
    assert hides([""], "usr/bin/pip")
    assert hides([""], "usr")
