"""This module has the limits of zip archives: wheels and source distributions. docs/security.md lists them.

They are far above what was found in the wheels of popular projects, of which docs/security.md has the largest numbers.
"""

from __future__ import annotations

MEMBERS = 100_000
"""Members of an archive, directories included."""

DIRECTORY_BYTES = 32 << 20
"""Bytes of an archive's directory, which is read into memory."""

UNPACKED_BYTES = 16 << 30
"""Bytes of all members, unpacked."""

PATH_BYTES = 1024
"""Bytes of a member's path in UTF-8. Linux takes 4096 with the folders above."""

PATH_PARTS = 64
"""Parts of a member's path."""

NAME_BYTES = 255
"""Bytes of a part of a path, as file systems have it."""

METADATA_BYTES = 4 << 20
"""Bytes of METADATA, with the project's description."""

WHEEL_BYTES = 64 << 10
"""Bytes of WHEEL."""

SBOM_BYTES = 4 << 20
"""Bytes of a bill of materials that a wheel declares (PEP 770); a larger one is passed over."""

SBOM_COMPONENTS = 10_000
"""Components of all bills of materials of a wheel; more are passed over."""

ENTRY_POINTS_BYTES = 256 << 10
"""Bytes of entry_points.txt."""

ENTRY_POINT_LENGTH = 2048
"""Characters of a line in entry_points.txt: in Python's parser, the time for a line is the square of its length."""

RECORD_BYTES = 64 << 10
"""Bytes of RECORD, and RECORD_MEMBER_BYTES more for each member."""

RECORD_MEMBER_BYTES = 1 << 10
