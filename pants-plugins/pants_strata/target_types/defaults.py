"""This module names the targets that exist without a BUILD file (util_rules/default_targets.py makes them)."""

from __future__ import annotations

from pants.engine.addresses import Address

BASE = Address("", target_name="strata-base")
INTERPRETER = Address("", target_name="strata-interpreter")
INSTALLER = Address("", target_name="strata-installer")

DEFAULTS = frozenset({BASE, INTERPRETER, INSTALLER})
"""A target of the same name in the BUILD file at the root of a repository takes the place of each."""
