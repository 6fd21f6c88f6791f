"""Which layer of one image corresponds to which of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from strata.diff.view import LayerView

MANY = ("dependencies", "files")
"""The kinds of which an image may have many layers. Those that share no name have nothing to do with each other."""

Pair = tuple[Optional[LayerView], Optional[LayerView]]


def pair(before: Sequence[LayerView], after: Sequence[LayerView]) -> list[Pair]:
    """Pairs in the order of `after`, then the layers that only `before` has. Each layer comes once.

    Equal blobs belong together, then equal files, then layers of one kind that share most of their names, so that one
    package more or another place in the order does not turn all pairs around.
    """
    partners: dict[int, LayerView] = {}
    old, new = list(before), list(after)
    for key in (_digest, _diff_id):
        for layer in list(new):
            partner = next((each for each in old if key(each) is not None and key(each) == key(layer)), None)
            if partner:
                partners[layer.position] = partner
                old.remove(partner)
                new.remove(layer)
    candidates = sorted(
        ((_likeness(one, other), one, other) for one in old for other in new),
        key=lambda each: (-each[0], abs(each[1].position - each[2].position), each[1].position, each[2].position),
    )
    for likeness, one, other in candidates:
        if likeness >= 0 and one in old and other in new:
            partners[other.position] = one
            old.remove(one)
            new.remove(other)
    return [*((partners.get(layer.position), layer) for layer in after), *((layer, None) for layer in old)]


def _digest(layer: LayerView) -> Optional[str]:
    return layer.digest


def _diff_id(layer: LayerView) -> Optional[str]:
    return layer.diff_id


def _likeness(one: LayerView, other: LayerView) -> float:
    """From 0 to 1, or negative for layers that have nothing to do with each other."""
    if one.contents is None or other.contents is None:
        if one.contents is not other.contents:
            return -1
        return 1 if one.created_by and one.created_by == other.created_by else 0
    if one.contents["kind"] != other.contents["kind"]:
        return -1
    names, others = _names(one.contents), _names(other.contents)
    if one.contents["kind"] in MANY and not names & others:
        return -1
    return len(names & others) / len(names | others) if names | others else 1


def _names(contents: Any) -> set[str]:
    return {*contents.get("packages", ()), *contents.get("files", ())}
