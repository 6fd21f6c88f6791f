"""This module audits a layout: it compares what the blobs of its images hold with what their manifests declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from strata.audit.blob import evidence_in_blob
from strata.audit.evidence import Evidence
from strata.audit.notices import Notices
from strata.audit.policy import ANNOTATION
from strata.errors import audit as errors
from strata.layouts.blob_reader import can_read
from strata.layouts.layout import Layout, Manifest
from strata.oci.descriptor import Descriptor
from strata.oci.documents import NotJson, parse
from strata.oci.shape import list_of, matching, struct, text

# Builders keep attestations beside images, as layers that are JSON documents. No container has them as files.
_ATTESTATION = "application/vnd.in-toto+json"
_kind = matching(r".+", "a kind")
_found = struct({"path": text, "project": text, "kind": _kind, "requestedBy": text}, {"version": text})
_shape = struct({"found": list_of(_found)})


@dataclass(frozen=True)
class ImageAudit:
    """The installers in one image, and the requests for them.

    :param found: the evidence in the layers, lowest first, each with the digest of its layer.
    :param requests: what the manifest declares: who asked for which evidence.
    :param notices: what else a reader should know of.
    """

    manifest: Manifest
    found: tuple[tuple[str, Evidence], ...]
    requests: Mapping[Evidence, str]
    notices: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Return whether all that was found is there on somebody's request, and all that was requested is there."""
        return {item for _, item in self.found} == {item for item, request in self.requests.items() if request}

    def lines(self) -> Iterator[str]:
        """Yield the lines that `strata audit` prints for the image."""
        yield f"{self.manifest.platform or 'unknown platform'} {self.manifest.digest}"
        for layer, item in self.found:
            request = self.requests.get(item)
            yield f"  requested by {request}: {item}" if request else f"  requested by nobody: {item} in {layer}"
        for item in sorted(self.requests.keys() - {found for _, found in self.found}):
            yield f"  declared, but not there: {item}"
        if not self.found:
            yield "  no installer"
        yield from (f"  {notice}" for notice in self.notices)


def audit_layout(layout: Layout) -> Iterator[ImageAudit]:
    """Yield the audit of each image. Raises StrataError where a layer cannot be read, so that silence means absence."""
    for manifest in layout.manifests():
        layout.config(manifest)
        layers = [layer for layer in manifest.layers if layer.media_type != _ATTESTATION]
        notices = Notices()
        found = [(layer.digest, item) for layer in layers for item in _layer(layout, layer, notices)]
        yield ImageAudit(manifest, tuple(found), _requests(manifest.annotations), tuple(notices.lines()))


def _layer(layout: Layout, layer: Descriptor, notices: Notices) -> list[Evidence]:
    if not can_read(layer.media_type):
        raise errors.unknown_layer(str(layout.root), layer.digest, layer.media_type)
    with layout.open_blob(layer) as blob:
        return evidence_in_blob(blob, notices)


def _requests(annotations: Mapping[str, str]) -> Mapping[Evidence, str]:
    """Return the declared requests: no request, where the annotation is missing or has another form."""
    try:
        value = parse(annotations.get(ANNOTATION, "").encode())
    except NotJson:
        return {}
    if next(_shape(value, ""), None):
        return {}
    return {Evidence.from_json(item): item["requestedBy"] for item in value["found"]}
