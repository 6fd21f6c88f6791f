"""This module attaches documents to an image in a registry.

GET   referrers/DIGEST         what is attached already is not sent again
GET   manifests/sha256-HEX     the same where the registry has no such list
HEAD, POST, PUT                the document, and once the empty config
PUT   manifests/DIGEST         the referrer; `OCI-Subject` in the answer says that the registry lists it
PUT   manifests/sha256-HEX     the list with the new referrers, where the registry does not list them
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from strata.errors import registry as errors
from strata.errors.attest import referrers as attest_errors
from strata.oci.descriptor import EMPTY, EMPTY_CONFIG, INDEX, MANIFEST, Descriptor
from strata.oci.documents import canonical_json
from strata.parallel import for_each
from strata.registry.manifests import digest_at
from strata.registry.provider import Provider
from strata.registry.push import put_manifest
from strata.registry.referrers.listing import Referrer, attached_to, list_at_tag, referrers_tag
from strata.registry.referrers.manifest import Attachment, MemorySource
from strata.registry.upload import BlobUpload, has_blob

_SUBJECT_HEADER = "OCI-Subject"
# How often the list at a tag is written: each time somebody else has written it meanwhile.
_WRITES = 8
_SHORTEST_WAIT = 0.05


@dataclass(frozen=True)
class Attached:
    """What was attached. `sent` tells whether the registry lacked it."""

    digest: str
    sent: bool


def attach(
    provider: Provider,
    subject: Descriptor,
    artifact_type: str,
    document: bytes,
    *,
    media_type: str = "",
    annotations: Optional[Mapping[str, str]] = None,
) -> Attached:
    """Attach a document to a manifest or an index of the repository. Attachment describes the parameters."""
    attachment = Attachment(artifact_type, document, media_type, annotations=annotations or {})
    return attach_all(provider, subject, [attachment])[0]


def attach_all(provider: Provider, subject: Descriptor, attachments: Sequence[Attachment]) -> list[Attached]:
    """Attach documents to a manifest or an index of the repository, which need not be there yet."""
    manifests = {each: each.manifest(subject) for each in attachments}
    wanted = {
        each: Referrer(Descriptor.of(MANIFEST, content, annotations=each.annotations), each.artifact_type)
        for each, content in manifests.items()
    }
    there, is_listed = attached_to(provider, subject.digest)
    new = [each for each in attachments if wanted[each].descriptor.digest not in there]
    if new:
        contents = [EMPTY_CONFIG, *(each.content for each in new), *(manifests[each] for each in new)]
        answers = _store(provider, MemorySource(*contents), new, [wanted[each].descriptor for each in new])
        if not is_listed and not all(answers):
            add_to_tag(provider, subject.digest, [wanted[each] for each in new])
    return [Attached(wanted[each].descriptor.digest, each in new) for each in attachments]


def _store(
    provider: Provider, source: MemorySource, attachments: Sequence[Attachment], manifests: Sequence[Descriptor]
) -> list[bool]:
    """Send documents and the manifests about them; return for each whether the registry itself lists it."""

    def upload(blob: Descriptor) -> None:
        BlobUpload(provider, source, blob, lambda _: None).run(())

    def put(attachment: Attachment, manifest: Descriptor) -> bool:
        try:
            answer = put_manifest(provider, manifest, source.read(manifest), manifest.digest)
        except (errors.MediaTypeRefused, errors.NotTaken) as refusal:
            raise attest_errors.refused(place, attachment.artifact_type, refusal.found) from None
        return bool(answer.headers.get(_SUBJECT_HEADER))

    def send(blobs: Mapping[str, Descriptor]) -> list[bool]:
        jobs = provider.settings.jobs
        for_each(upload, blobs.values(), jobs)
        return for_each(lambda pair: put(*pair), zip(attachments, manifests), jobs)

    place, config = str(provider.reference), Descriptor.of(EMPTY, EMPTY_CONFIG)
    documents = {each.layer.digest: each.layer for each in attachments}
    everything = {config.digest: config, **documents}
    try:
        return send(documents if has_blob(provider, config) else everything)
    except errors.BlobUnknown:
        # Publishers who send the same config at the same time can make a registry lose it for a moment.
        return send(everything)


def add_to_tag(provider: Provider, digest: str, added: Sequence[Referrer]) -> None:
    """Add referrers to the list that clients keep at a tag, and see to it that they stay there.

    No registry writes a tag only where it is unchanged. Somebody who read the list before this write may write it
    after, without these: so it is read again, after as long as that takes.
    """
    tag = referrers_tag(digest)
    for _ in range(_WRITES):
        began = time.monotonic()
        index = list_at_tag(provider, digest)
        missing = _missing(index, added)
        if not missing:
            return
        entries = sorted([*index["manifests"], *missing], key=lambda each: str(each["digest"]))
        try:
            _put_list(provider, {**index, "manifests": entries}, tag)
        except errors.BlobUnknown:
            # A referrer was removed without its entry, and registries refuse an index that names it.
            there = [each for each in entries if digest_at(provider, each["digest"])]
            _put_list(provider, {**index, "manifests": there}, tag)
        time.sleep(max(_SHORTEST_WAIT, 2 * (time.monotonic() - began)))
    if _missing(list_at_tag(provider, digest), added):
        raise errors.contended_list(f"{provider.reference.tagged(tag)}", _WRITES)


def _put_list(provider: Provider, index: Mapping[str, Any], tag: str) -> None:
    content = canonical_json(index)
    put_manifest(provider, Descriptor.of(INDEX, content), content, tag)


def _missing(index: Mapping[str, Any], added: Sequence[Referrer]) -> list[dict[str, Any]]:
    """Return an entry for each referrer that an index does not name."""
    known = {each["digest"] for each in index["manifests"]}
    return [
        {**each.descriptor.to_json(), "artifactType": each.artifact_type}
        for each in added
        if each.descriptor.digest not in known
    ]
