"""Make the targets that exist without a BUILD file: bases, CPython and an installer, by the locks that come along.

Each resolve of `[python].resolves` has a venv, too.

So a repository that names nothing in `[strata]` has images. Its own targets take over where `[strata]` names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address
from pants.engine.internals.synthetic_targets import SyntheticAddressMaps, SyntheticTargetsRequest
from pants.engine.internals.target_adaptor import TargetAdaptor
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import (
    DebianPackagesTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.target_types.defaults import BASE, INSTALLER, INTERPRETER, base_of, interpreter_of, resolve_venv
from strata.debian.releases import find_release
from strata.debian.shipped import RELEASES

_Targets = Mapping[Address, tuple[str, Mapping[str, Any]]]
"""The address of each target → its type and its fields."""

# The installer proves what the layers hold and writes none of them. uv is the fastest at that.
_INSTALLER = (PythonInstallerTarget.alias, {"description": "The installer of venvs that name none.", "tool": "uv"})


def _debian_targets(release: str) -> _Targets:
    """Return a base and CPython of the release in `[strata-debian].release`, and of each that there are locks of."""
    known = find_release(release)
    # Without a version, a `.python-version` at the root would be meant for this target.
    python = {"version": known.python} if known is not None else {}
    targets = {
        BASE: _base("The base of images that name none.", {}),
        INTERPRETER: _interpreter("The CPython of images that name none.", BASE, python),
    }
    for version, name in RELEASES.items():
        of_release = {"release": name}
        targets[base_of(name)] = _base(f"The base of images on {find_release(name)}.", of_release)
        targets[interpreter_of(version)] = _interpreter(
            f"CPython {version} of {find_release(name)}.", base_of(name), {"version": version, **of_release}
        )
    return targets


def _base(description: str, fields: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return DebianPackagesTarget.alias, {"description": description, **fields}


def _interpreter(description: str, base: Address, fields: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return PythonInterpreterTarget.alias, {"description": description, "base": base.spec, **fields}


def _resolve_venvs(python: PythonSetup) -> _Targets:
    """Return a venv for each resolve. It owns no file beside it: its lock is the resolve's."""
    names = sorted(python.resolves) if python.enable_resolves else ()
    return {
        resolve_venv(name): (
            PythonVenvTarget.alias,
            {"description": f"The wheels of the resolve {name}.", "lockfile": [], "resolve": name},
        )
        for name in names
    }


@dataclass(frozen=True)
class DefaultTargetsRequest(SyntheticTargetsRequest):
    """The request for the targets, all at once."""

    path: str = SyntheticTargetsRequest.SINGLE_REQUEST_FOR_ALL_TARGETS


@rule
async def make_default_targets(
    request: DefaultTargetsRequest, python: PythonSetup, debian: DebianSubsystem
) -> SyntheticAddressMaps:
    """Return the targets, as if a BUILD file at the root of the repository had them."""
    made = {INSTALLER: _INSTALLER, **_debian_targets(debian.release), **_resolve_venvs(python)}
    targets = tuple(
        TargetAdaptor(alias, name=address.target_name, __description_of_origin__="Strata's defaults", **fields)
        for address, (alias, fields) in made.items()
    )
    return SyntheticAddressMaps.for_targets_request(request, [("BUILD.strata", targets)])


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *DefaultTargetsRequest.rules())
