"""This module finds the target whose address a field or an option holds, and checks its type."""

from __future__ import annotations

from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import ArtifactAddressField
from strata.errors import targets as errors


async def artifact_target(field: ArtifactAddressField, default: Optional[str], option: str) -> Target:
    """Return the target of a field, or of the option that is its default. Raise StrataError for a wrong address."""
    where = f"{field.address}"
    text = field.value or default
    if not text:
        raise errors.no_artifact(field.alias, _any_of(field), option).at(where)
    origin = f"the `{field.alias}` field of {where}" if field.value else f"the option `{option}`"
    target = await engine.target_at(text, owner=field.address if field.value else None, origin=origin)
    if target.alias not in field.expected:
        raise errors.wrong_type(field.alias, str(target.address), target.alias, _any_of(field)).at(where)
    return target


def _any_of(field: ArtifactAddressField) -> str:
    """Return the types that a field takes, as messages have them between backticks."""
    return "` or `".join(field.expected)


async def default_interpreter(strata: StrataSubsystem) -> Target:
    """Return the `python_interpreter` that makes an artifact which names none."""
    return await engine.target_at(strata.interpreter, owner=None, origin="the option `[strata].interpreter`")


async def artifact_address(field: ArtifactAddressField, default: Optional[str], option: str) -> Address:
    """Return the address of the target that `artifact_target` finds."""
    return (await artifact_target(field, default, option)).address
