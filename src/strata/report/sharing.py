"""This module says which layers images share, and what a pull of one costs a machine that has some layers already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Optional

from strata.report.facts import ImageFacts, Report


@dataclass(frozen=True)
class Shared:
    """The layers that two images share.

    :param size: in bytes.
    """

    image: str
    layers: int
    size: int


@dataclass(frozen=True)
class Pull:
    """Bytes of layers that a pull of an image sends; None where there is no reference, or no such image in it.

    :param first: to a machine that has nothing.
    :param update: to one that has the same image of the reference.
    :param beside: to one that has all images of the reference.
    """

    first: int
    update: Optional[int]
    beside: Optional[int]


def shared_by(image: ImageFacts, images: Sequence[ImageFacts]) -> list[Shared]:
    """Return what an image shares with each other one, the largest share first."""
    found = []
    for other in images:
        if other is not image:
            both = image.sizes.keys() & other.sizes.keys()
            found.append(Shared(other.title, len(both), sum(image.sizes[digest] for digest in both)))
    return sorted((each for each in found if each.layers), key=lambda each: (-each.size, each.image))


def owners(images: Sequence[ImageFacts]) -> dict[str, list[str]]:
    """Return the digest of each layer → the titles of the images that have it."""
    found: dict[str, list[str]] = {}
    for image in images:
        for digest in image.sizes:
            found.setdefault(digest, []).append(image.title)
    return found


def pull(image: ImageFacts, report: Report) -> Pull:
    """Return what a pull of an image costs."""

    def missing(held: Collection[str]) -> int:
        return sum(size for digest, size in image.sizes.items() if digest not in held)

    before = image.comparison.before if image.comparison else None
    return Pull(
        missing(()),
        missing({layer.digest for layer in before.layers}) if before else None,
        missing(report.held) if report.reference else None,
    )
