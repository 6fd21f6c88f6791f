"""This module names the settings of the machine, which fetching processes read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HostPrepared:
    """The settings of this machine lie where fetching processes read them (see util_rules/host.py)."""
