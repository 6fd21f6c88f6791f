"""The image of an `oci_base`: what it is, from its lock or from the registry, and what its layers hold.

With a lock a build reads manifest and config alone; what the layers hold stands in the lock. Without one the layers are
fetched to look at them. Errors: a tag without a lock; a lock that is missing, damaged or of another image; installers
that are not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.oci_base import BaseDocumentsRequest, BaseFindingsRequest, OciBase, OciBaseRequest
from pants_strata.target_types.oci_base import AllowInstallersField, OciBaseImageField, OciBaseLockfileField
from pants_strata.util_rules.oci_base.documents import get_base_documents
from pants_strata.util_rules.oci_base.layers import get_base_findings
from strata.audit.evidence import Evidence
from strata.bases.lock import BaseLock, read_base_lock
from strata.errors import StrataError
from strata.errors import oci_base as errors
from strata.oci.platform import Platform
from strata.registry.reference import Reference


async def _lock(field: OciBaseLockfileField, image: str, platform: Platform) -> BaseLock:
    files = await engine.repository_files([field.path])
    if field.path not in files:
        raise errors.lock_missing(field.path)
    lock = read_base_lock(files[field.path], field.path)
    if lock.image != image:
        raise errors.lock_stale(field.path, lock.image, image)
    if str(platform) not in lock.platforms:
        raise errors.lock_lacks_platform(field.path, str(platform), list(lock.platforms))
    return lock


@rule
async def read_oci_base(request: OciBaseRequest) -> OciBase:
    """Return the image of an `oci_base` for a platform. Raise StrataError where no image may stand on it."""
    target = await engine.target(request.address)
    text = target[OciBaseImageField].value
    reference = Reference.parse(text)
    locked = None
    try:
        if target[OciBaseLockfileField].value:
            lock = await _lock(target[OciBaseLockfileField], text, request.platform)
            locked = lock.platforms[str(request.platform)]
            reference = reference.pinned(lock.digest)
        elif not reference.digest:
            raise errors.not_locked(text)
    except StrataError as error:
        raise error.at(str(request.address)) from None
    asked = str(reference.at(locked.manifest if locked else reference.digest))
    documents = await get_base_documents(BaseDocumentsRequest(request.address, asked, request.platform))
    if locked:
        findings = locked.findings
    else:
        findings = (
            await get_base_findings(BaseFindingsRequest(request.address, reference.name, documents.image))
        ).findings
    allowed = target[AllowInstallersField].value
    found = [
        (layer.digest, str(Evidence.from_json(item)))
        for layer, items in zip(documents.image.layers, findings.installers)
        for item in items
    ]
    if found and not allowed:
        raise errors.installers_found(str(reference), found).at(str(request.address))
    return OciBase(str(reference), reference.name, documents.image, findings, allowed)


get_oci_base = engine.asker(read_oci_base)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
