"""This module has Pants' table of environments, which later releases keep in another module."""

from __future__ import annotations

try:
    from pants.core.environments.subsystems import EnvironmentsSubsystem  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # Pants 2.27 and earlier
    from pants.core.util_rules.environments import EnvironmentsSubsystem

__all__ = ["EnvironmentsSubsystem"]
