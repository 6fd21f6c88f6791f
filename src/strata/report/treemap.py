"""This module lays out a treemap: rectangles whose areas are as sizes, none of them long and thin.

The algorithm is the squarified treemap of Bruls, Huizing and van Wijk (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rectangle:
    """A place within a map of the width and the height that it was laid out in."""

    left: float
    top: float
    width: float
    height: float


def treemap(sizes: Sequence[float], width: float, height: float) -> list[Rectangle]:
    """Return a rectangle for each size, in their order, that together fill the map.

    :param sizes: larger than zero.
    """
    total = sum(sizes)
    order = sorted(range(len(sizes)), key=lambda index: -sizes[index])
    areas = [sizes[index] * width * height / total for index in order]
    placed: list[Rectangle] = []
    free = Rectangle(0, 0, width, height)
    while len(placed) < len(areas):
        row = _row(areas[len(placed) :], min(free.width, free.height))
        rectangles, free = _place(row, free)
        placed += rectangles
    by_index = dict(zip(order, placed))
    return [by_index[index] for index in range(len(sizes))]


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """Return the areas that share the next row: one more is taken as long as the worst shape becomes no worse."""
    count = 1
    while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
        count += 1
    return areas[:count]


def _worst(row: Sequence[float], side: float) -> float:
    """Return the largest ratio of long to short side in a row along a side."""
    thickness = sum(row) / side
    return max(max(thickness * thickness / area, area / (thickness * thickness)) for area in row)


def _place(row: Sequence[float], free: Rectangle) -> tuple[list[Rectangle], Rectangle]:
    """Return the rectangles of a row along the short side of what is free, and what is free beside them."""
    rectangles = []
    # Where little is left of a map, rounding would lead out of it.
    if free.width >= free.height:
        thickness, at = min(sum(row) / free.height, free.width), free.top
        for area in row:
            rectangles.append(Rectangle(free.left, at, thickness, area / thickness))
            at += area / thickness
        return rectangles, Rectangle(free.left + thickness, free.top, free.width - thickness, free.height)
    thickness, at = min(sum(row) / free.width, free.height), free.left
    for area in row:
        rectangles.append(Rectangle(at, free.top, area / thickness, thickness))
        at += area / thickness
    return rectangles, Rectangle(free.left, free.top + thickness, free.width, free.height - thickness)
