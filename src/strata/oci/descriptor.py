"""This module has descriptors: by one, a document of an image names a blob by its media type, digest and size.

It also has the media types, and the names of files in a layout.
https://github.com/opencontainers/image-spec/blob/main/descriptor.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.oci.platform import Platform

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER_TAR = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
LAYERS = (LAYER_TAR, LAYER_GZIP, LAYER_ZSTD)
EMPTY = "application/vnd.oci.empty.v1+json"

LAYOUT_FILE = "oci-layout"
INDEX_FILE = "index.json"
LAYOUT_VERSION = "1.0.0"
# The config of a manifest that is no image's.
# https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidance-for-an-empty-descriptor
EMPTY_CONFIG = b"{}"


class DamagedBlob(Exception):
    """A blob is not what its descriptor says; the text tells how, and reads on from the blob's name."""


def sha256_digest(content: bytes) -> str:
    """Return the digest of `content`: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob_path(digest: str) -> str:
    """Return the path in a layout of the blob with a digest: `blobs/sha256/HEX`."""
    return f"blobs/{digest.replace(':', '/')}"


@dataclass(frozen=True)
class Descriptor:
    """`size` counts bytes, `digest` has the form sha256:HEX. `platform` is only set in an index."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    platform: Optional[Platform] = None

    @classmethod
    def of(
        cls,
        media_type: str,
        content: bytes,
        *,
        annotations: Optional[Mapping[str, str]] = None,
        platform: Optional[Platform] = None,
    ) -> Descriptor:
        """Return the descriptor of `content`."""
        return cls(media_type, sha256_digest(content), len(content), annotations or {}, platform)

    @property
    def blob_path(self) -> str:
        """Return the path of the blob in a layout: `blobs/sha256/HEX`."""
        return blob_path(self.digest)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Descriptor:
        """Return the descriptor that a document holds, in the shape of strata.oci.spec.descriptor.

        What Strata has no use for is left out: the variant and the version of a platform, and addresses.
        """
        platform = fields.get("platform")
        return cls(
            fields["mediaType"],
            fields["digest"],
            fields["size"],
            fields.get("annotations", {}),
            Platform(platform["os"], platform["architecture"]) if platform else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the descriptor as documents hold it."""
        fields: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.annotations:
            fields["annotations"] = dict(self.annotations)
        if self.platform:
            fields["platform"] = self.platform.to_json()
        return fields
