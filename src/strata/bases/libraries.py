"""This module says which shared libraries a program finds by their names in an image upon a base.

The base's own loader looks into the usual directories, into those of `LD_LIBRARY_PATH`, and into the cache that
`ldconfig` wrote from /etc/ld.so.conf. ld.so(8)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from strata.libraries.loader import found_by_loader

CACHE = "etc/ld.so.cache"
"""Where glibc's loader has its cache. That of musl has none."""

_ELSEWHERE = re.compile(r"(?:.*/)?lib[^/]+\.so(?:\.[^/]+)?")
# The cache has strings with a zero behind each: the name of a library, and its path.
_CACHED = re.compile(rb"/([^\0/]{1,255})\0")
_LIBRARY_PATH = "LD_LIBRARY_PATH="


def is_library(path: str) -> bool:
    """Return whether a path is called as a shared library is: in a usual directory anyhow, elsewhere `lib….so`."""
    return bool(_ELSEWHERE.fullmatch(path) or found_by_loader([path]))


def libraries_in_cache(content: bytes) -> tuple[str, ...]:
    """Return the names of the libraries in a cache of the loader, sorted."""
    names = {match[1].decode("utf-8", "replace") for match in _CACHED.finditer(content)}
    return tuple(sorted(name for name in names if ".so" in name))


def loadable(paths: Collection[str], cached: Iterable[str], env: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the libraries that the loader finds, sorted.

    :param paths: of all libraries in the base, relative to its root.
    :param cached: the names in the loader's cache; one whose file is not there any more is not found.
    :param env: the variables of the base's config, `NAME=VALUE` each.
    """
    folders = {
        folder.strip("/")
        for each in env
        if each.startswith(_LIBRARY_PATH)
        for folder in re.split("[:;]", each[len(_LIBRARY_PATH) :])
        if folder.startswith("/")
    }
    named = [path.rpartition("/")[::2] for path in paths]
    by_variable = {name for folder, name in named if folder in folders}
    by_cache = {name for _, name in named}.intersection(cached)
    return tuple(sorted({*found_by_loader(paths), *by_variable, *by_cache}))
