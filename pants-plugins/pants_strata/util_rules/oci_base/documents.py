"""The manifest and the config of an image in a registry, for one platform.

Input: the reference; with a digest the answer is cached for good, with a tag for one run of Pants. Errors: those of the
registry; an image that is not there for the platform, or that no other can stand on.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.oci_base import BaseDocuments, BaseDocumentsRequest
from pants_strata.library_process import answer, on_host
from strata.protocol.bases import fetch_base
from strata.registry.reference import Reference


@rule
async def read_base_documents(request: BaseDocumentsRequest, host: HostPrepared) -> BaseDocuments:
    """Return what manifest and config say. No layer is fetched."""
    is_pinned = bool(Reference.parse(request.reference).digest)
    step = await on_host(
        host,
        fetch_base.Request(reference=request.reference, platform=str(request.platform)),
        output_directories=(),
        description=f"Read the manifest of {request.reference} for {request.platform}",
        cache_scope=ProcessCacheScope.SUCCESSFUL if is_pinned else ProcessCacheScope.PER_SESSION,
    )
    return BaseDocuments((await answer(step)).value_for(request.owner))


get_base_documents = engine.asker(read_base_documents)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
