"""This module has the limits of the files that checks read. docs/security.md lists them."""

from __future__ import annotations

RECORDS = 1_000_000
"""Records of an OSV export."""

RECORD_BYTES = 32 << 20
"""Bytes of one file with OSV records."""

EXPORT_BYTES = 4 << 30
"""Bytes of all files of an OSV export, unpacked."""

TRACKER_BYTES = 512 << 20
"""Bytes of the JSON of Debian's security tracker."""

IGNORES_BYTES = 1 << 20
"""Bytes of a list of what is ignored."""

LIST_BYTES = 64 << 20
"""Bytes of a list of packages in an image."""

METADATA_BYTES = 64 << 10
"""Bytes at the start of a wheel's METADATA that are looked at for its name and version."""
