"""This module has the limits of documents about images, which anybody may attach. docs/security.md lists them."""

from __future__ import annotations

PAGES = 64
"""Pages of a registry's list of referrers."""

OWN_TYPES = 256
"""Entries of a list that says nothing of their types whose manifests are read. The others are listed without type."""

ATTACHED_BYTES = 64 << 20
"""Bytes of a document that is attached. A list of all that is in a large image has some megabytes."""
