"""This module says what a push needs of the place where an image is: a layout, or another registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from strata.errors import registry as errors
from strata.layouts.limits import DOCUMENTS, DOCUMENTS_BYTES
from strata.oci import spec
from strata.oci.descriptor import Descriptor
from strata.oci.documents import NotJson, parse
from strata.oci.limits import DOCUMENT_BYTES
from strata.registry.manifests import INDEXES, MANIFESTS
from strata.registry.untrusted import json_value

PIECE = 1 << 20


class Readable(Protocol):
    """A blob that is read from its beginning, and raises where it is not what its descriptor says."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


class Source(Protocol):
    """Where an image is. Both methods raise StrataError where something is damaged or missing."""

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a document: a manifest or an index."""

    def open_blob(self, descriptor: Descriptor) -> AbstractContextManager[Readable]:
        """Return a blob to read piece by piece."""


@dataclass(frozen=True)
class Tree:
    """What belongs to an image.

    :param documents: manifests and indexes with their bytes, each after those that it names: the image's own is last.
    :param blobs: configs and layers, each once.
    """

    documents: tuple[tuple[Descriptor, bytes], ...]
    blobs: tuple[Descriptor, ...]


def read_tree(source: Source, root: Descriptor, place: str) -> Tree:
    """Return all that an image, or an index of images, consists of. Only documents are read."""
    documents: dict[str, tuple[Descriptor, bytes]] = {}
    blobs: dict[str, Descriptor] = {}
    # A document is written down when it comes up again, after all that it names.
    waiting, contents, left = [root], dict[str, bytes](), DOCUMENTS_BYTES
    while waiting:
        descriptor = waiting[-1]
        digest = descriptor.digest
        if digest in contents:
            waiting.pop()
            documents.setdefault(digest, (descriptor, contents[digest]))
            continue
        if descriptor.size > DOCUMENT_BYTES:
            raise errors.bad_document(place, f"has {descriptor.size} bytes, more than {DOCUMENT_BYTES}")
        content = contents[digest] = source.read(descriptor)
        left -= len(content)
        if left < 0 or len(contents) > DOCUMENTS:
            most = f"{DOCUMENTS} documents or {DOCUMENTS_BYTES} bytes"
            raise errors.bad_document(place, f"leads to more than {most}")
        named = []
        for child in children(descriptor.media_type, content, place):
            if child.media_type in (*INDEXES, *MANIFESTS) and descriptor.media_type in INDEXES:
                named.append(child)
            else:
                blobs.setdefault(child.digest, child)
        waiting += [child for child in reversed(named) if child.digest not in contents]
    return Tree(tuple(documents.values()), tuple(blobs.values()))


def children(media_type: str, content: bytes, place: str) -> Iterator[Descriptor]:
    """Yield what an index or a manifest names. Raise StrataError where it is not one."""
    try:
        value = parse(content)
    except NotJson as reason:
        raise errors.bad_document(place, str(reason)) from None
    if not isinstance(value, dict):
        raise errors.bad_document(place, "is no JSON object")
    fields = {name: each for name, each in value.items() if name != "mediaType"}
    problem = next((spec.index if media_type in INDEXES else spec.manifest)(fields, ""), None)
    if problem:
        raise errors.bad_document(place, f"is wrong: {problem}")
    named = fields["manifests"] if media_type in INDEXES else [fields["config"], *fields["layers"]]
    yield from map(Descriptor.from_json, named)


def media_type_of(content: bytes, announced: str) -> str:
    """Return the media type of a document: its own, or the one that the registry announced."""
    try:
        own = json_value(content).get("mediaType")
    except (ValueError, AttributeError):
        own = None
    return own if isinstance(own, str) else announced.partition(";")[0].strip()
