"""What an image needs of its venv's lock: the third-party requirements that its code depends on.

Pants infers these from imports; `dependencies` adds what no import names. Errors: one that the lock does not have.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Optional

from pants.backend.python.target_types import PythonRequirementsField, PythonRequirementTypeStubModulesField
from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.target_types import WholeLockField
from strata.errors import targets as errors
from strata.plan.needed import project_of


async def needed_requirements(image: Target, closure: Iterable[Target]) -> Optional[dict[str, Address]]:
    """Return each needed requirement (PEP 508) with the target that has it, sorted.

    Return None for all of the lock: on request, and in a repository that declares no requirements.

    :param closure: all that the image depends on (first_party/distributions.py).
    """
    if image[WholeLockField].value:
        return None
    targets = [target for target in closure if target.has_field(PythonRequirementsField)]
    if not targets and not await engine.all_requirements():
        return None
    needed = {
        str(requirement): target.address
        for target in targets
        for requirement in target[PythonRequirementsField].value
        if not _is_type_stub(target, project_of(str(requirement)))
    }
    return dict(sorted(needed.items()))


def check_locked(needed: Mapping[str, Address], locked: Container[str], *, image: Address, venv: Address) -> None:
    """Raise StrataError for requirements that are not among the locked names. Extras and markers do not matter."""
    missing = [
        f"{requirement}, of {address}"
        for requirement, address in needed.items()
        if project_of(requirement) not in locked
    ]
    if missing:
        raise errors.not_locked(str(venv), missing).at(str(image))


def _is_type_stub(target: Target, project: str) -> bool:
    """Whether a requirement serves type checkers alone (PEP 561): an import of what it describes leads to it, too."""
    explicit = target.get(PythonRequirementTypeStubModulesField).value
    return bool(explicit) or project.startswith("types-") or project.endswith("-stubs")
