"""This module says which shared libraries the loader of an image finds by their names alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Images have no cache of `ldconfig`: Debian's loader looks into these directories, and into no others. ld.so(8)
_FOUND = re.compile(r"(?:usr/)?(?:local/)?lib(?:32|64)?/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*/)?([^/]+\.so(?:\.[^/]+)?)")


def found_by_loader(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the libraries among files and links of an image, sorted.

    :param paths: relative to the root of the image.
    """
    matches = (_FOUND.fullmatch(path) for path in paths)
    return tuple(sorted({match[1] for match in matches if match}))
