"""This module names the targets that exist without a BUILD file (util_rules/default_targets.py makes them)."""

from __future__ import annotations

import re

from pants.engine.addresses import Address

from strata.debian.shipped import RELEASES
from strata.interpreters.shipped import PYTHONS

BASE = Address("", target_name="strata-base")
INTERPRETER = Address("", target_name="strata-interpreter")
INSTALLER = Address("", target_name="strata-installer")
DEBUG = Address("", target_name="strata-debug")


def base_of(release: str) -> Address:
    """Return the address of the base of a Debian release."""
    return Address("", target_name=f"{BASE.target_name}-{release}")


def interpreter_of(python: str) -> Address:
    """Return the address of the CPython of a feature version, 3.11."""
    return Address("", target_name=f"{INTERPRETER.target_name}-{python}")


DEFAULTS = frozenset(
    {BASE, INTERPRETER, INSTALLER, DEBUG, *map(base_of, RELEASES.values()), *map(interpreter_of, PYTHONS)}
)
"""A target of the same name in the BUILD file at the root of a repository takes the place of each."""

_RESOLVE_VENV = "strata-venv-of-"


def resolve_venv(resolve: str) -> Address:
    """Return the address of the venv of a resolve; a name may not have all characters that a resolve's may."""
    return Address("", target_name=_RESOLVE_VENV + re.sub(r"[^A-Za-z0-9_.+-]", "_", resolve))


def is_default(address: Address) -> bool:
    """Return whether a target at an address is in no BUILD file, so that nobody asked for it by itself."""
    return address in DEFAULTS or (not address.spec_path and address.target_name.startswith(_RESOLVE_VENV))
