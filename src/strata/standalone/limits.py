"""This module has the limits of standalone builds of CPython. docs/security.md lists them."""

from __future__ import annotations

MEMBERS = 100_000
"""Members of an archive. Those of releases have some 6,000."""

UNPACKED_BYTES = 4 << 30
"""Bytes of an archive, unpacked. Those of releases, with debug symbols, have 400 MB."""

ARCHIVE_BYTES = 1 << 30
"""Bytes of an archive that a new lock names."""

CHECKSUMS_BYTES = 16 << 20
"""Bytes of the checksum file of a release."""
