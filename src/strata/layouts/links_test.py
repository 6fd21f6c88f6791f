from __future__ import annotations

from typing import Optional

import pytest

from strata.layouts.links import Parts, TooManyLinks, follow, parts_of

LINKS = {
    ("lib",): "usr/lib",
    ("usr", "lib", "up"): "../../../../etc/./x",
    ("etc", "x"): "/opt//y/",
    ("self",): "self",
    ("here",): ".",
}


@pytest.mark.parametrize(
    "path, place",
    [
        ("", ()),
        ("/", ()),
        ("..", ()),
        ("../../a/../b", ("b",)),
        ("lib/c", ("usr", "lib", "c")),
        ("/lib/up", ("opt", "y")),
        ("lib/up/z", ("opt", "y", "z")),
        ("lib/..", ("usr",)),
        ("here/here/lib/", ("usr", "lib")),
    ],
)
def test_the_place_of_a_path(path: str, place: Parts) -> None:
    assert follow(parts_of(path), lambda step, _: LINKS.get(step)) == place


def test_a_loop() -> None:
    with pytest.raises(TooManyLinks) as caught:
        follow(["a", "self", "b"], lambda step, _: LINKS.get(step[-1:]))
    assert str(caught.value) == "it leads through more than 40 links"


def test_the_steps_on_the_way() -> None:
    steps = []

    def target_at(step: Parts, goes_on: bool) -> Optional[str]:
        steps.append(("/".join(step), goes_on))
        return LINKS.get(step)

    follow(parts_of("lib/./c/"), target_at)
    assert steps == [("lib", True), ("usr", True), ("usr/lib", True), ("usr/lib/c", False)]
