"""Damaged texts, the same in every run: what a merge, an edit, a bad disk or a newer tool makes of a file."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

_VALUES: tuple[Any, ...] = (
    *("", "x", "1.0", ">=2.*", "extra == 'x'", "'a' in extras", "a>=1; b", "a @ file:///x", "\ud800", "sha256", "2.1"),
    *(0, -1, 10**30, 1.5, True, False, [], {}, [[]], [{}], {"a": 1}, ["a"], [1], ["\x00"], "a" * 300, "a[b]==1"),
    *("git+https://code.example/a", "file:///a", "<3", "cp39", "macosx", "((", "== '1'", "os_name < 1", "٣.٤"),
)


def damaged_texts(text: str, count: int, seed: int = 751) -> Iterator[str]:
    """Yield a text with characters taken out, put in or exchanged, lines exchanged, or an end cut off."""
    chosen = random.Random(seed)
    for _ in range(count):
        found = text
        for _ in range(chosen.randint(1, 3)):
            start = chosen.randrange(len(found) + 1)
            end = min(len(found), start + chosen.choice((0, 1, 1, 2, 8, 40)))
            put = chosen.choice(("", "", '"', "{", "]", "\n", "//", "0", "'", "\\", "é", "x", found[:20], ",", "="))
            found = found[:start] + put + found[end:] if chosen.random() < 0.95 else found[:start]
        yield found


def damaged_values(document: dict[str, Any], count: int, seed: int = 751) -> Iterator[dict[str, Any]]:
    """Yield a document with values taken out, doubled, moved or replaced by others of any kind."""
    chosen = random.Random(seed)
    for _ in range(count):
        found = copy.deepcopy(document)
        for _ in range(chosen.randint(1, 3)):
            places = list(_places(found))
            container, key = chosen.choice(places) if places else ({"": 0}, "")
            kind = chosen.random()
            if kind < 0.2:
                del container[key]
            elif kind < 0.3 and isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            elif kind < 0.4:
                source, other = chosen.choice(places)
                container[key] = copy.deepcopy(source[other])
            elif kind < 0.5 and isinstance(container, dict):
                container[chosen.choice(("x", "vcs", "directory", "marker", "name"))] = container.pop(key)
            else:
                container[key] = copy.deepcopy(chosen.choice(_VALUES))
        yield found


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container of a document with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
