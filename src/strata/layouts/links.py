"""This module follows the symbolic links of an image as a kernel does that has the image as its root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional

MOST_LINKS = 40
Parts = tuple[str, ...]


class TooManyLinks(Exception):
    """A path that leads through more links than a kernel follows."""


def parts_of(path: str) -> list[str]:
    """Return the names in a path, without those that lead nowhere."""
    return [part for part in path.split("/") if part not in ("", ".")]


def follow(path: Sequence[str], target_at: Callable[[Parts, bool], Optional[str]]) -> Parts:
    """Return the place that a path leads to, all links followed. Raise TooManyLinks.

    No path leads out of the root: `..` there is the root itself.

    :param path: its parts.
    :param target_at: called for each step on the way, with its place and whether the path goes on behind it. It returns
        the target of a link, and None for whatever else is there, or is not.
    """
    here: Parts = ()
    waiting = list(path[::-1])
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            here = here[:-1]
            continue
        target = target_at((*here, part), bool(waiting))
        if target is None:
            here = (*here, part)
            continue
        links += 1
        if links > MOST_LINKS:
            raise TooManyLinks(f"it leads through more than {MOST_LINKS} links")
        here = () if target.startswith("/") else here
        waiting += parts_of(target)[::-1]
    return here
