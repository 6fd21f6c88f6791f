"""This module has the requests and the results of the documents about an image."""

from __future__ import annotations

from dataclasses import dataclass

from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.image import BuiltImage, ImageRequest


@dataclass(frozen=True)
class DocumentsRequest:
    """The documents about an image for one platform, as `[strata].attest` chooses them."""

    image: ImageRequest


@dataclass(frozen=True)
class Documents:
    """The image, and `files` by their names, as strata.attest.documents has them."""

    image: BuiltImage
    files: FrozenDict[str, bytes]
