"""This module has the limits of an audit inside archives. docs/security.md lists them.

Beyond them an audit does not look: a large archive is no error in an image.
"""

from __future__ import annotations

LEVELS = 3
"""Archives and compressed files inside one another."""

MEMBERS = 10_000
"""Members of zip archives that are opened, in one file with all archives inside it."""

PATHS = 100_000
"""Paths that are looked at there."""

UNPACKED_BYTES = 256 << 20
"""Bytes that are unpacked of one file."""

SCRIPT_BYTES = 64 << 10
"""Bytes of a script. It imports entry points in its first lines: get-pip.py, the longest, does in its first 5 kB."""

ENCODED_BYTES = 1 << 20
"""Bytes of a script in which an encoded archive begins."""
