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

from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    DebianPackagesTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.target_types.defaults import (
    BASE,
    DEBUG,
    INSTALLER,
    INTERPRETER,
    base_of,
    interpreter_of,
    resolve_venv,
)
from strata.debian.defaults import DEBUG_ROOTS
from strata.debian.releases import DEFAULT, find_release
from strata.debian.shipped import RELEASES
from strata.interpreters.shipped import PYTHONS

_Targets = Mapping[Address, tuple[str, Mapping[str, Any]]]
"""The address of each target → its type and its fields."""

# The installer proves what the layers hold and writes none of them. uv is the fastest at that.
_INSTALLER = (PythonInstallerTarget.alias, {"description": "The installer of venvs that name none.", "tool": "uv"})

_DEBUG_FIELDS = {"description": "The tools of debug images.", "packages": list(DEBUG_ROOTS)}
_DEBUG = (DebianPackagesTarget.alias, _DEBUG_FIELDS)


def _bases() -> _Targets:
    """Return the base of `[strata-debian].release`, and one of each release that there is a lock of."""
    targets = {BASE: _base("The base of images that name none.", {})}
    for name in RELEASES.values():
        targets[base_of(name)] = _base(f"The base of images on {find_release(name)}.", {"release": name})
    return targets


def _interpreters(release: str, base: str) -> _Targets:
    """Return the CPython of `[strata-debian].release`, and one of each version that there is a lock of.

    :param base: the value of `[strata].base`: where it is not the default, all interpreters have that base.
    """
    known = find_release(release)
    # Without a version, a `.python-version` at the root would be meant for this target.
    python = {"version": known.python} if known is not None else {}
    targets = {INTERPRETER: _interpreter("The CPython of images that name none.", python)}
    for version in PYTHONS:
        name = RELEASES.get(version, DEFAULT)
        fields = {"version": version, "base": base if base != BASE.spec else base_of(name).spec}
        if version in RELEASES:
            targets[interpreter_of(version)] = _interpreter(
                f"CPython {version} of {find_release(name)}.", {**fields, "release": name}
            )
        else:
            targets[interpreter_of(version)] = _interpreter(
                f"CPython {version} of python-build-standalone.", {**fields, "provider": "standalone"}
            )
    return targets


def _base(description: str, fields: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return DebianPackagesTarget.alias, {"description": description, **fields}


def _interpreter(description: str, fields: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return PythonInterpreterTarget.alias, {"description": description, **fields}


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
    request: DefaultTargetsRequest, python: PythonSetup, strata: StrataSubsystem, debian: DebianSubsystem
) -> SyntheticAddressMaps:
    """Return the targets, as if a BUILD file at the root of the repository had them."""
    interpreters = _interpreters(debian.release, strata.base)
    made = {**_bases(), **interpreters, INSTALLER: _INSTALLER, DEBUG: _DEBUG, **_resolve_venvs(python)}
    targets = tuple(
        TargetAdaptor(alias, name=address.target_name, __description_of_origin__="Strata's defaults", **fields)
        for address, (alias, fields) in made.items()
    )
    return SyntheticAddressMaps.for_targets_request(request, [("BUILD.strata", targets)])


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *DefaultTargetsRequest.rules())
