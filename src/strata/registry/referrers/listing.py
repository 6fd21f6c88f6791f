"""This module lists what is attached to an image: as the registry has it, or as clients keep it at a tag."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Optional
from urllib.parse import urljoin

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.oci import spec
from strata.oci.descriptor import EMPTY, INDEX, Descriptor
from strata.oci.documents import NotJson, parse
from strata.registry.connections import Answer
from strata.registry.provider import Provider
from strata.registry.referrers import limits
from strata.registry.remote import RemoteSource, read_document
from strata.registry.source import media_type_of

_ACCEPT = {"Accept": INDEX}
_NEXT = re.compile(r'\s*<([^>]+)>\s*;\s*rel="?next"?')
# Answers of registries that know no referrers.
_UNKNOWN = (400, 404, 405, 501)
# As much of a digest as a tag has.
_ALGORITHM, _DIGITS = 32, 64


@dataclass(frozen=True)
class Referrer:
    """A manifest about an image, as a list of referrers names it."""

    descriptor: Descriptor
    artifact_type: str

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Referrer:
        """Return the referrer that an entry of an index names."""
        return cls(Descriptor.from_json(entry), entry.get("artifactType", ""))


def referrers(provider: Provider, digest: str, artifact_type: str = "") -> tuple[Referrer, ...]:
    """Return what is attached to a manifest or an index, sorted by digest.

    :param artifact_type: leaves out those of other types; empty for all.
    """
    found = list_at_api(provider, digest)
    if found is None:
        found = _with_own_types(provider, [Referrer.of(each) for each in list_at_tag(provider, digest)["manifests"]])
    chosen = (each for each in found if artifact_type in ("", each.artifact_type))
    return tuple(sorted(chosen, key=lambda each: each.descriptor.digest))


def attached_to(provider: Provider, digest: str) -> tuple[frozenset[str], bool]:
    """Return the digests of what is attached to a manifest or an index, and whether the registry itself lists them."""
    listed = list_at_api(provider, digest)
    found = [Referrer.of(each) for each in list_at_tag(provider, digest)["manifests"]] if listed is None else listed
    return frozenset(each.descriptor.digest for each in found), listed is not None


def list_at_api(provider: Provider, digest: str) -> Optional[list[Referrer]]:
    """Return the registry's own list, all pages of it; None where the registry has none."""
    url: str = provider.url(f"referrers/{digest}")
    found: list[Referrer] = []
    for _ in range(limits.PAGES):
        content, answer = read_document(
            provider, url, action="list referrers", headers=_ACCEPT, accept=(200, *_UNKNOWN)
        )
        announced = answer.headers.get("Content-Type", "")
        if answer.status_code in _UNKNOWN or media_type_of(content, announced) != INDEX:
            return None
        found += map(Referrer.of, _index(provider, content)["manifests"])
        url = _next_page(answer)
        if not url:
            return found
    raise errors.bad_document(_place(provider), f"has more than {limits.PAGES} pages")


def list_at_tag(provider: Provider, digest: str) -> dict[str, Any]:
    """Return the index that clients keep for a registry without a list of its own; an empty one where there is none."""
    url = provider.url(f"manifests/{referrers_tag(digest)}")
    content, answer = read_document(provider, url, action="list referrers", headers=_ACCEPT, accept=(200, 404))
    if answer.status_code == 404:
        return {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
    return _index(provider, content)


def referrers_tag(digest: str) -> str:
    """Return the tag of the list that clients keep for a registry without the API: `sha256-HEX`.

    https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
    """
    algorithm, _, digits = digest.partition(":")
    return f"{algorithm[:_ALGORITHM]}-{digits[:_DIGITS]}"


def _with_own_types(provider: Provider, found: list[Referrer]) -> list[Referrer]:
    """Return referrers with their own types, where the list has none or that of the config, as cosign writes it."""
    without = [each for each in found if each.artifact_type in ("", EMPTY)][: limits.OWN_TYPES]
    own = {each: _with_own_type(provider, each) for each in without}
    return [own.get(each, each) for each in found]


def _with_own_type(provider: Provider, referrer: Referrer) -> Referrer:
    try:
        value = parse(RemoteSource(provider).read(referrer.descriptor))
    except (NotJson, StrataError):
        # It is listed all the same: who reads the manifest learns what is wrong with it.
        return referrer
    own = value.get("artifactType") if isinstance(value, dict) else None
    return replace(referrer, artifact_type=own) if isinstance(own, str) else referrer


def _next_page(answer: Answer) -> str:
    """Return the address in a header like `Link: </v2/…>; rel="next"`."""
    found = _NEXT.match(answer.headers.get("Link", ""))
    return urljoin(answer.url, found[1]) if found else ""


def _index(provider: Provider, content: bytes) -> dict[str, Any]:
    try:
        value: dict[str, Any] = parse(content)
    except NotJson as reason:
        raise errors.bad_document(_place(provider), str(reason)) from None
    if isinstance(value, dict) and value.get("manifests", ()) is None:
        # An empty list, as registries in Go may write it.
        value = {**value, "manifests": []}
    problem = next(spec.index(value, ""), None)
    if problem:
        raise errors.bad_document(_place(provider), f"is wrong: {problem}")
    return value


def _place(provider: Provider) -> str:
    return f"{provider.reference}: the list of referrers"
