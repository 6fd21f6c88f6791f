"""Requests and results of the rules: frozen values, a module for each noun.

A request names what is wanted by address and platform; a result holds digests. Each rule has a function beside it that
asks for the one with the other: `await get_venv(request)`. Addresses serve messages only: no process sees one, so that
two targets that want the same bytes share one cache entry.
"""

from __future__ import annotations

from strata.oci.platform import Platform

PLATFORM = Platform("linux", "amd64")
"""The platform of images where neither a target nor an option names any. Every artifact is asked for with one."""
