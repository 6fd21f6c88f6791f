"""The installer tools: which there are, and the versions that ship as defaults, pinned by hash."""

from __future__ import annotations

from types import MappingProxyType
from typing import Mapping

TOOLS = ("pip",)

DEFAULT_VERSIONS: Mapping[str, str] = MappingProxyType({"pip": "26.3"})
"""Tool → the version that `python_installer` takes where the target names none."""

KNOWN_WHEELS: Mapping[tuple[str, str], str] = MappingProxyType(
    {("pip", "26.3"): "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"}
)
"""(tool, version) → sha256 of its wheel."""
