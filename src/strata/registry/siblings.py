"""This module finds the repositories that missing blobs can be mounted from: images that have layers in common.

A sibling with a tag or a digest is asked for its manifest, which names its blobs. That is worth a question only where
much is missing, so the bytes that are missing say how many siblings are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.oci.descriptor import Descriptor
from strata.parallel import for_each
from strata.registry.connections import FAILURES
from strata.registry.manifests import ACCEPT, INDEXES, MANIFESTS
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.source import children, media_type_of

# An upload of as many bytes takes about as long as a question.
_BYTES_PER_QUESTION = 256 << 10


def mount_sources(
    provider: Provider, siblings: Sequence[Reference], missing: Sequence[Descriptor]
) -> Mapping[str, Sequence[str]]:
    """Return the repositories to try, by the digest of each missing blob.

    :param siblings: in the registry of `provider`, those first that are likely to have the blobs. One without a tag and
        a digest is tried for every blob that is in no other.
    """
    untold = [each.repository for each in siblings if not (each.tag or each.digest)]
    named = [each for each in siblings if each.tag or each.digest]
    lacking = {blob.digest: blob.size for blob in missing}
    found: dict[str, Sequence[str]] = {}
    jobs = provider.settings.jobs
    most = sum(lacking.values()) // _BYTES_PER_QUESTION
    for start in range(0, min(most, len(named)), jobs):
        batch = named[start : start + jobs]
        answers = for_each(lambda each: _held_by_sibling(provider, each), batch, jobs)
        for sibling, held in zip(batch, answers):
            for digest in held & lacking.keys():
                found[digest] = [sibling.repository]
                del lacking[digest]
        if sum(lacking.values()) < _BYTES_PER_QUESTION:
            break
    return {blob.digest: found.get(blob.digest, untold) for blob in missing}


def blobs_at(provider: Provider, place: Reference) -> frozenset[str]:
    """Return the digests of the blobs of an image, or of the images in an index; none where there is no image.

    Raise Denied; any other failure is no error, since the answer only saves questions.
    """
    scopes = provider.scopes
    if place.repository != provider.reference.repository:
        scopes = (*scopes, f"repository:{place.repository}:pull")
    try:
        return frozenset(_blobs(provider, place.repository, place.digest or place.tag, scopes))
    except errors.Denied:
        raise
    except (StrataError, *FAILURES):
        return frozenset()


def _held_by_sibling(provider: Provider, sibling: Reference) -> frozenset[str]:
    try:
        return blobs_at(provider, sibling)
    except errors.Denied:
        # Whoever may push here need not be allowed to read there.
        return frozenset()


def _blobs(provider: Provider, repository: str, name: str, scopes: Sequence[str]) -> Iterator[str]:
    url = provider.url(f"manifests/{name}", repository)
    response = provider.send(
        "GET", url, action="read a manifest", headers=ACCEPT, accept=(200, 404), scopes=tuple(scopes)
    )
    if response.status_code == 404:
        response.close()
        return
    content = response.content
    media_type = media_type_of(content, response.headers.get("Content-Type", ""))
    if media_type not in (*MANIFESTS, *INDEXES):
        return
    for child in children(media_type, content, repository):
        if media_type in INDEXES:
            yield from _blobs(provider, repository, child.digest, scopes)
        else:
            yield child.digest
