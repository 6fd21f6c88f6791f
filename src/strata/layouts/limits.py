"""This module has the limits of image layouts. docs/security.md lists them."""

from __future__ import annotations

DOCUMENTS = 10_000
"""Manifests and indexes that are read of one layout, each as often as an index names it for another platform."""

DOCUMENTS_BYTES = 256 << 20
"""Bytes of these."""

EMPTY_STREAMS = 1000
"""Streams of a gzip file that hold nothing."""
