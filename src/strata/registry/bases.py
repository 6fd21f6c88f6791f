"""This module finds the layers of an image's base: in its layout, or where the image's manifest says that the base is.

https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.oci.annotations import BASE_NAME
from strata.oci.descriptor import INDEX, MANIFEST, Descriptor
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.remote import RemoteSource
from strata.registry.source import Readable
from strata.registry.upload import has_blob


def bases_of(layout: Layout, root: Descriptor) -> list[Reference]:
    """Return the references, each once, to the bases that the images below a manifest or an index name."""
    found: dict[Reference, None] = {}
    for descriptor in _manifests(layout, root):
        name = layout.manifest(descriptor).annotations.get(BASE_NAME, "")
        try:
            found[Reference.parse(name)] = None
        except StrataError:
            # Other programs write what Docker would make a reference of, or nothing.
            continue
    return list(found)


def _manifests(layout: Layout, root: Descriptor) -> Iterator[Descriptor]:
    if root.media_type == MANIFEST:
        yield root
    elif root.media_type == INDEX:
        for each in layout.index(root):
            yield from _manifests(layout, each)


class LayoutOnBases:
    """A layout, which may lack blobs that its bases have: these are read from there.

    :param bases: the repositories of the bases.
    """

    def __init__(self, layout: Layout, bases: Sequence[Provider]) -> None:
        self._layout = layout
        self._bases = bases

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a document, which the layout has."""
        return self._layout.read(descriptor)

    def open_blob(self, descriptor: Descriptor) -> AbstractContextManager[Readable]:
        """Return a blob to read piece by piece."""
        if not self._bases or self._layout.has_blob(descriptor):
            return self._layout.open_blob(descriptor)
        owner = next((each for each in self._bases if has_blob(each, descriptor)), self._bases[0])
        return RemoteSource(owner).open_blob(descriptor)
