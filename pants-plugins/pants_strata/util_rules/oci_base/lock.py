"""The lock of an `oci_base`: the image that its reference names now, for each platform, and what its layers hold."""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.oci_base import (
    BaseDocumentsRequest,
    BaseFindingsRequest,
    BaseLockRequest,
    ResolvedBaseLock,
)
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.util_rules.oci_base.documents import get_base_documents
from pants_strata.util_rules.oci_base.layers import get_base_findings
from pants_strata.util_rules.platforms import locked_platforms
from strata.bases.lock import BaseLock, LockedBase
from strata.oci.platform import Platform
from strata.registry.reference import Reference


@rule
async def resolve_base_lock(
    request: BaseLockRequest, strata: StrataSubsystem, debian: DebianSubsystem
) -> ResolvedBaseLock:
    """Return the lock. Raise StrataError where the registry does not have the image, or not for a platform."""
    reference = Reference.parse(request.reference)
    platforms = {}
    for platform in locked_platforms(strata, debian):
        # The first answer pins what the others are asked for: a tag may move meanwhile.
        documents = await get_base_documents(
            BaseDocumentsRequest(request.address, str(reference), Platform.parse(platform))
        )
        reference = reference.at(documents.image.root)
        found = await get_base_findings(BaseFindingsRequest(request.address, reference.name, documents.image))
        platforms[platform] = LockedBase(documents.image.manifest, documents.image.layers, found.findings)
    return ResolvedBaseLock(BaseLock(request.reference, reference.digest, platforms))


get_resolved_base_lock = engine.asker(resolve_base_lock)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
