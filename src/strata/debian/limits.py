"""This module has the limits of Debian package files. docs/security.md lists them."""

from __future__ import annotations

MEMBERS = 200_000
"""Members of a tar archive in a package."""

CONTROL_BYTES = 16 << 20
"""Bytes of control.tar, unpacked, with the list of checksums."""

UNPACKED_BYTES = 4 << 30
"""Bytes of data.tar, unpacked."""

UNPACKED_FACTOR = 2
"""Times the size that a package declares (Installed-Size, which is rough), and UNPACKED_SLACK_BYTES more.

https://www.debian.org/doc/debian-policy/ch-controlfields.html#s-f-installed-size
"""

UNPACKED_SLACK_BYTES = 16 << 20
