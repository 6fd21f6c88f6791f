"""This module has the limits of documents and layers that anybody may have written. docs/security.md lists them."""

from __future__ import annotations

DOCUMENT_BYTES = 4 << 20
"""Bytes of a manifest, an index or a config. Registries take no larger manifest.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
"""

PATH_CHARACTERS = 4096
"""Characters of a path, or of a link's target, in a tar archive. Linux refuses longer ones."""

PATH_PARTS = 256
"""Parts of such a path."""

TAR_HEADER_BYTES = 1 << 20
"""Bytes of a header that tells of the next one: far above what paths and extended attributes need."""

PADDING_BYTES = 1 << 20
"""Bytes of zeros after the end of a tar archive. Writers fill the last record with them; more are a bomb."""
