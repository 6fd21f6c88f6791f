"""This module writes the manifest of a referrer: a document, and the image that the document is about.

https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from strata.oci.descriptor import EMPTY, EMPTY_CONFIG, MANIFEST, Descriptor, sha256_digest
from strata.oci.documents import canonical_json
from strata.registry.source import Readable

# oras and others name the file after it.
TITLE = "org.opencontainers.image.title"


@dataclass(frozen=True)
class Attachment:
    """A document to attach.

    :param media_type: of the document; by default the artifact type.
    :param file: the name that programs give the document when they write it; may be empty.
    :param annotations: of the referrer's manifest; lists show them.
    """

    artifact_type: str
    content: bytes
    media_type: str = ""
    file: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def layer(self) -> Descriptor:
        """Return the descriptor of the document."""
        title = {TITLE: self.file} if self.file else {}
        return Descriptor.of(self.media_type or self.artifact_type, self.content, annotations=title)

    def manifest(self, subject: Descriptor) -> bytes:
        """Return the manifest of the referrer: canonical JSON, without a time, so that it is the same each time."""
        fields: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": self.artifact_type,
            "config": Descriptor.of(EMPTY, EMPTY_CONFIG).to_json(),
            "layers": [self.layer.to_json()],
            "subject": Descriptor(subject.media_type, subject.digest, subject.size).to_json(),
        }
        return canonical_json({**fields, "annotations": dict(self.annotations)} if self.annotations else fields)


class MemorySource:
    """Documents and blobs of an image that is not on disk, by digest."""

    def __init__(self, *contents: bytes) -> None:
        self._contents = {sha256_digest(each): each for each in contents}

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a document."""
        return self._contents[descriptor.digest]

    def open_blob(self, descriptor: Descriptor) -> AbstractContextManager[Readable]:
        """Return a blob to read piece by piece."""
        return io.BytesIO(self._contents[descriptor.digest])
