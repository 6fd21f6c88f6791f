"""This module attaches documents to an image in a registry, and lists those that are attached: OCI 1.1 referrers.

A referrer is a manifest that names the image as its `subject`, with one document as its layer. A registry that knows
referrers lists them at `referrers/DIGEST`. For another one the client keeps the list itself: an index at the tag
`sha256-HEX`. The same document attached twice gives the same manifest, which is not sent again.
https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Optional
from urllib.parse import urljoin

from strata.errors import registry as errors
from strata.oci import spec
from strata.oci.descriptor import EMPTY, INDEX, MANIFEST, Descriptor, sha256_digest
from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.layout import EMPTY_CONFIG
from strata.registry.connections import Answer
from strata.registry.provider import Provider
from strata.registry.push import push, put_manifest
from strata.registry.remote import read_document
from strata.registry.source import Readable, media_type_of

_ACCEPT = {"Accept": INDEX}
_NEXT = re.compile(r'\s*<([^>]+)>\s*;\s*rel="?next"?')
_MOST_PAGES = 64
# Answers of registries that know no referrers.
_UNKNOWN = (400, 404, 405, 501)


@dataclass(frozen=True)
class Referrer:
    """A manifest about an image, as a list of referrers names it.

    :param artifact_type: what the list says of it; lists that programs keep at a tag may say something else.
    """

    descriptor: Descriptor
    artifact_type: str


@dataclass(frozen=True)
class Attached:
    """What was attached. `sent` tells whether the registry had it before."""

    digest: str
    sent: bool


class MemorySource:
    """Documents and blobs of an image that is not on disk, by digest."""

    def __init__(self, *contents: bytes) -> None:
        self._contents = {sha256_digest(each): each for each in contents}

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a document."""
        return self._contents[descriptor.digest]

    def open_blob(self, descriptor: Descriptor) -> AbstractContextManager[Readable]:
        """Return a blob to read piece by piece."""
        return io.BytesIO(self._contents[descriptor.digest])


def referrer_manifest(
    subject: Descriptor, artifact_type: str, document: Descriptor, annotations: Mapping[str, str]
) -> bytes:
    """Return the manifest of a referrer: canonical JSON, without a time."""
    fields: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": artifact_type,
        "config": Descriptor.of(EMPTY, EMPTY_CONFIG).to_json(),
        "layers": [document.to_json()],
        "subject": Descriptor(subject.media_type, subject.digest, subject.size).to_json(),
    }
    return canonical_json({**fields, "annotations": dict(annotations)} if annotations else fields)


def attach(
    provider: Provider,
    subject: Descriptor,
    artifact_type: str,
    document: bytes,
    *,
    media_type: str = "",
    annotations: Optional[Mapping[str, str]] = None,
) -> Attached:
    """Attach a document to a manifest or an index of the repository.

    :param media_type: of the document; by default the artifact type.
    :param annotations: of the referrer's manifest; lists show them.
    """
    layer = Descriptor.of(media_type or artifact_type, document)
    manifest = referrer_manifest(subject, artifact_type, layer, annotations or {})
    descriptor = Descriptor.of(MANIFEST, manifest, annotations=annotations)
    pushed = push(MemorySource(manifest, document, EMPTY_CONFIG), descriptor, provider, tags=[])
    listed = _list_at_api(provider, subject.digest)
    if listed is None:
        _add_to_tag(provider, subject.digest, Referrer(descriptor, artifact_type))
    return Attached(descriptor.digest, pushed.uploaded + pushed.mounted + pushed.present > 0)


def referrers(provider: Provider, digest: str) -> tuple[Referrer, ...]:
    """Return what is attached to a manifest or an index, sorted by digest."""
    listed = _list_at_api(provider, digest)
    found = _list_at_tag(provider, digest) if listed is None else listed
    return tuple(sorted(found, key=lambda each: each.descriptor.digest))


def referrers_tag(digest: str) -> str:
    """Return the tag of the list that clients keep for a registry without the API: `sha256-HEX`."""
    return digest.replace(":", "-")


def _list_at_api(provider: Provider, digest: str) -> Optional[list[Referrer]]:
    """Return the registry's own list, all pages of it; None where the registry has none."""
    url: str = provider.url(f"referrers/{digest}")
    found: list[Referrer] = []
    for _ in range(_MOST_PAGES):
        content, answer = read_document(
            provider, url, action="list referrers", headers=_ACCEPT, accept=(200, *_UNKNOWN)
        )
        announced = answer.headers.get("Content-Type", "")
        if answer.status_code in _UNKNOWN or media_type_of(content, announced) != INDEX:
            return None
        found += _entries(provider, content)
        url = _next_page(answer)
        if not url:
            return found
    raise errors.bad_document(_place(provider), f"has more than {_MOST_PAGES} pages")


def _next_page(answer: Answer) -> str:
    """Return the address in a header like `Link: </v2/…>; rel="next"`."""
    found = _NEXT.match(answer.headers.get("Link", ""))
    return urljoin(answer.url, found[1]) if found else ""


def _list_at_tag(provider: Provider, digest: str) -> list[Referrer]:
    """Return the list that clients keep; empty where there is none."""
    url = provider.url(f"manifests/{referrers_tag(digest)}")
    content, answer = read_document(provider, url, action="list referrers", headers=_ACCEPT, accept=(200, 404))
    return [] if answer.status_code == 404 else _entries(provider, content)


def _entries(provider: Provider, content: bytes) -> list[Referrer]:
    try:
        value = parse(content)
    except NotJson as reason:
        raise errors.bad_document(_place(provider), str(reason)) from None
    problem = next(spec.index(value, ""), None)
    if problem:
        raise errors.bad_document(_place(provider), f"is wrong: {problem}")
    return [Referrer(Descriptor.from_json(each), each.get("artifactType", "")) for each in value["manifests"]]


def _place(provider: Provider) -> str:
    return f"{provider.reference}: the list of referrers"


def _add_to_tag(provider: Provider, digest: str, added: Referrer) -> None:
    known = _list_at_tag(provider, digest)
    if any(each.descriptor.digest == added.descriptor.digest for each in known):
        return
    entries = sorted([*known, added], key=lambda each: each.descriptor.digest)
    manifests = [{**each.descriptor.to_json(), "artifactType": each.artifact_type} for each in entries]
    index = canonical_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})
    put_manifest(provider, Descriptor.of(INDEX, index), index, referrers_tag(digest))
