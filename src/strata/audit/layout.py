"""The audit of a layout: what the blobs of its images hold, beside what the images say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strata.audit.blob import evidence_in_blob
from strata.audit.evidence import Evidence
from strata.audit.policy import ANNOTATION
from strata.errors import audit as errors
from strata.errors import oci as oci_errors
from strata.layouts.blob_reader import can_read
from strata.layouts.manifests import Manifest, blob_path, read_manifests
from strata.oci.documents import NotJson, parse
from strata.oci.shape import list_of, struct, text
from strata.oci.tar_reader import DamagedBlob

# Builders keep attestations beside images, as layers that are JSON documents. No container has them as files.
_ATTESTATION = "application/vnd.in-toto+json"
_shape = struct(
    {"found": list_of(struct({"path": text, "project": text, "kind": text, "requestedBy": text}, {"version": text}))}
)


@dataclass(frozen=True)
class ImageAudit:
    """:param found: what was found in the layers, lowest first, each with the digest of its layer.

    :param requests: what the image says of itself: who asked for what.
    """

    manifest: Manifest
    found: tuple[tuple[str, Evidence], ...]
    requests: Mapping[Evidence, str]

    @property
    def sound(self) -> bool:
        """Whether all that was found is there on somebody's request, and all that was requested is there."""
        return {item for _, item in self.found} == {item for item, request in self.requests.items() if request}

    def lines(self) -> Iterator[str]:
        yield f"{self.manifest.platform or 'unknown platform'} {self.manifest.digest}"
        for layer, item in self.found:
            request = self.requests.get(item)
            yield f"  requested by {request}: {item}" if request else f"  requested by nobody: {item} in {layer}"
        for item in sorted(self.requests.keys() - {found for _, found in self.found}):
            yield f"  declared, but not there: {item}"
        if not self.found:
            yield "  no installer"


def audit_layout(layout: Path) -> Iterator[ImageAudit]:
    """Raises StrataError where a layer cannot be read: silence would pass for absence."""
    for manifest in read_manifests(layout):
        layers = [layer for layer in manifest.content["layers"] if layer["mediaType"] != _ATTESTATION]
        found = [(layer["digest"], item) for layer in layers for item in _layer(layout, layer)]
        yield ImageAudit(manifest, tuple(found), _requests(manifest.content.get("annotations", {})))


def _layer(layout: Path, descriptor: Any) -> list[Evidence]:
    if not can_read(descriptor["mediaType"]):
        raise errors.unknown_layer(str(layout), descriptor["digest"], descriptor["mediaType"])
    path = layout / blob_path(descriptor)
    with path.open("rb") as stream:
        try:
            return evidence_in_blob(stream)
        except DamagedBlob as damage:
            raise oci_errors.damaged_blob(str(path), str(damage)) from None


def _requests(annotations: Mapping[str, str]) -> Mapping[Evidence, str]:
    """Nothing, where the image says nothing that can be understood: then all that is found is nobody's request."""
    try:
        value = parse(annotations.get(ANNOTATION, "").encode())
    except NotJson:
        return {}
    if next(_shape(value, ""), None):
        return {}
    return {Evidence.from_json(item): item["requestedBy"] for item in value["found"]}
