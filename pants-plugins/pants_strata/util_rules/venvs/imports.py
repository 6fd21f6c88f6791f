"""This module compares what an app imports with what its image holds.

Pants infers a requirement from an import when a `python_requirement` declares the module. This module looks at the
locked wheels themselves: an import that exactly one of them provides adds that wheel to the image, and an import that
would fail at run time is an error of the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pants.engine.addresses import Address

from pants_strata.artifacts.venv import LockedVenv, Venv, VenvRequest
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.venv import get_venv
from pants_strata.util_rules.venvs.wheels import offered_imports
from strata.errors import targets as errors
from strata.plan.imports import providers, unsatisfied
from strata.protocol.app_layer import Import
from strata.protocol.interpreter import feature_version


async def with_imported_wheels(venv: Venv, request: VenvRequest, imports: Iterable[Import], *, image: Address) -> Venv:
    """Return the venv of an image, with the locked wheels that the app imports without a requirement.

    :param request: the one that `venv` answers.
    :param image: the address in front of errors.

    Raise StrataError for an import that several locked wheels provide, or none, where it takes place whenever its
    module is imported.
    """
    missing = unsatisfied(imports, venv.modules, venv.standard_library)
    if not missing:
        return venv
    locked = await get_locked_venv(request.lock)
    found = await _providers(missing, locked)
    for item, wheels in zip(missing, found):
        if item.certain and len(wheels) > 1:
            versions = {requirement.name: requirement.version for requirement in locked.requirements}
            provided = [f"{name} {versions[name]}" for name in wheels]
            raise errors.ambiguous_import(item.module, f"{item.file}:{item.line}", provided).at(str(image))
    absent = [item for item, wheels in zip(missing, found) if item.certain and not wheels]
    if absent:
        lines = [f"{item.module}, in {item.file}:{item.line}" for item in absent]
        raise errors.imports_without_wheel(lines).at(str(image))
    owned = sorted({wheels[0] for wheels in found if len(wheels) == 1})
    if not owned or request.roots is None:
        return venv
    wider: Venv = await get_venv(replace(request, roots=(*request.roots, *owned)))
    return wider


async def _providers(missing: Sequence[Import], locked: LockedVenv) -> list[list[str]]:
    """Return the names of the locked wheels that provide each import. All wheels of the lock are fetched for that."""
    interpreter = locked.interpreter
    offered = await offered_imports(
        locked.requirements,
        locked.tags,
        python=feature_version(interpreter.version),
        platform=str(interpreter.platform),
    )
    return providers(missing, offered)
