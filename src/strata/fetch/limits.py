"""This module has the limits of what is read over a network. docs/security.md lists them."""

from __future__ import annotations

URL_LENGTH = 16 << 10
"""Characters of a URL. Tokens of signed URLs take some thousand."""

REDIRECTS = 10
"""Redirects that one request follows."""

DEADLINE = 4 * 3600
"""Seconds that one file may take, with all attempts and redirects."""

LEAST_RATE = 1 << 10
"""Bytes a second that a server must send, on average over a window of RATE_WINDOW seconds or three time-outs."""

RATE_WINDOW = 60

PAGE_BYTES = 64 << 20
"""Bytes of the page of one project in an index."""

RELEASE_BYTES = 16 << 20
"""Bytes of a signed release file of Debian."""

FILE_BYTES = 8 << 30
"""Bytes of a wheel or a source distribution."""

FILE_NAME = 255
"""Characters of a file's name, as file systems have it."""
