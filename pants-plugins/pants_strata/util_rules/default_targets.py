"""Make the targets that exist without a BUILD file: a base, CPython and an installer, by the locks that come along.

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

from pants_strata.target_types import (
    DebianPackagesTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.target_types.defaults import BASE, INSTALLER, INTERPRETER, resolve_venv

# The installer proves what the layers hold and writes none of them. uv is the fastest at that.
_TARGETS: Mapping[Address, tuple[str, Mapping[str, Any]]] = {
    BASE: (DebianPackagesTarget.alias, {"description": "The base of images that name none."}),
    INTERPRETER: (
        PythonInterpreterTarget.alias,
        {"description": "The CPython of images that name none.", "base": BASE.spec},
    ),
    INSTALLER: (
        PythonInstallerTarget.alias,
        {"description": "The installer of venvs that name none.", "tool": "uv"},
    ),
}


def _resolve_venvs(python: PythonSetup) -> Mapping[Address, tuple[str, Mapping[str, Any]]]:
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
async def make_default_targets(request: DefaultTargetsRequest, python: PythonSetup) -> SyntheticAddressMaps:
    """Return the targets, as if a BUILD file at the root of the repository had them."""
    targets = tuple(
        TargetAdaptor(alias, name=address.target_name, __description_of_origin__="Strata's defaults", **fields)
        for address, (alias, fields) in {**_TARGETS, **_resolve_venvs(python)}.items()
    )
    return SyntheticAddressMaps.for_targets_request(request, [("BUILD.strata", targets)])


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *DefaultTargetsRequest.rules())
