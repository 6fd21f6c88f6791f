"""This module reads what a comparison needs of a layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from strata.attest.build_inputs import read_build_inputs
from strata.diff.compare import Side
from strata.diff.view import ImageView
from strata.errors import diff as errors
from strata.layouts.layout import Layout, split_tag
from strata.layouts.verified_blob import VerifiedBlob
from strata.oci.descriptor import INDEX_FILE, Descriptor


@dataclass(frozen=True)
class TaggedLayout:
    """A layout, and the tag of the image in it that is meant; None where any image may be meant."""

    layout: Layout
    tag: Optional[str] = None

    @classmethod
    def open(cls, text: str) -> TaggedLayout:
        """Return the layout that a user named. Raises StrataError where there is no such layout."""
        root, tag = split_tag(text)
        if not root.exists():
            raise errors.no_reference(str(root))
        if not (root / INDEX_FILE).is_file():
            raise errors.no_layout(str(root))
        return cls(Layout.open(root), tag)

    def side(self) -> Side:
        """Return the images, at most one for a platform, with the build inputs if they lie beside the layout.

        Raises StrataError where a document is damaged, where there is no image, and where a tag has to be named.
        """
        root = str(self.layout.root)
        if self.tag is not None and not self.layout.roots(self.tag):
            raise errors.no_tag(root, self.tag, self.layout.tags())
        images = list(self._images())
        if not images:
            raise errors.no_image(root)
        platforms = [image.platform for image in images]
        twice = sorted({platform for platform in platforms if platforms.count(platform) > 1})
        if twice:
            raise errors.several_images(root, twice[0], self.layout.tags())
        return Side(images, read_build_inputs(self.layout.root))

    def open_blob(self, layer: Descriptor) -> Optional[VerifiedBlob]:
        """Return the blob of a layer, or None where the layout does not have it."""
        return self.layout.open_blob(layer) if self.layout.has_blob(layer) else None

    def _images(self) -> Iterator[ImageView]:
        for manifest in self.layout.manifests(self.tag):
            if not manifest.is_attestation:
                yield ImageView.of(manifest.digest, manifest.content, self.layout.config(manifest))
