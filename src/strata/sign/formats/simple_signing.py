"""This module has cosign's first format: a payload in JSON, which is a layer of the manifest at the tag sha256-HEX.sig.

    {"critical": {"identity": {"docker-reference": "registry.example/team/app"},
                  "image": {"docker-manifest-digest": "sha256:…"},
                  "type": "cosign container image signature"},
     "optional": {}}

The signature over the payload's bytes stands in an annotation of the layer. podman, skopeo and CRI-O read it, too.
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from strata.oci.descriptor import CONFIG, MANIFEST, Descriptor
from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import exactly, struct, text
from strata.oci.spec import digest as digest_shape
from strata.sign.formats.claims import SIGNATURE_TYPE, Claim, Unreadable

MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json"
ANNOTATION = "dev.cosignproject.cosign/signature"
_TYPE = "cosign container image signature"
_shape = struct(
    {
        "critical": struct(
            {
                "identity": struct({"docker-reference": text}),
                "image": struct({"docker-manifest-digest": digest_shape}),
                "type": exactly(_TYPE),
            }
        )
    }
)


def signature_tag(digest: str) -> str:
    """Return the tag of the signatures over a manifest: `sha256-HEX.sig`."""
    return f"{digest.replace(':', '-')}.sig"


def attestation_tag(digest: str) -> str:
    """Return the tag where cosign kept attestations, in DSSE envelopes, before there were bundles: `sha256-HEX.att`."""
    return f"{digest.replace(':', '-')}.att"


def payload(repository: str, digest: str) -> bytes:
    """Return what is signed.

    :param repository: with the registry, without a tag: registry.example/team/app.
    :param digest: of the image's manifest or index.
    """
    critical = {
        "identity": {"docker-reference": repository},
        "image": {"docker-manifest-digest": digest},
        "type": _TYPE,
    }
    return canonical_json({"critical": critical, "optional": {}})


def layer(content: bytes, signature: bytes) -> Descriptor:
    """Return the descriptor of a payload, with its signature."""
    return Descriptor.of(MEDIA_TYPE, content, annotations={ANNOTATION: base64.b64encode(signature).decode()})


def manifest(layers: Sequence[Descriptor]) -> tuple[bytes, bytes]:
    """Return the config and the manifest that hold signatures. The same layers give the same bytes."""
    config = canonical_json(
        {
            "architecture": "",
            "config": {},
            "created": "0001-01-01T00:00:00Z",
            "history": [{"created": "0001-01-01T00:00:00Z"} for _ in layers],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [each.digest for each in layers]},
        }
    )
    fields = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": Descriptor.of(CONFIG, config).to_json(),
        "layers": [each.to_json() for each in layers],
    }
    return config, canonical_json(fields)


def claim(content: bytes, annotations: Mapping[str, str], place: str) -> Claim:
    """Return what a payload and its annotation say. Raise Unreadable where they are not of this format."""
    try:
        value = parse(content)
    except NotJson as reason:
        raise Unreadable(str(reason)) from None
    problem = next(_shape(value, ""), None)
    if problem:
        raise Unreadable(f"is no payload of cosign: {problem}")
    try:
        signature = base64.b64decode(annotations.get(ANNOTATION, ""), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(f"has a signature in {ANNOTATION} that is not Base64") from None
    if not signature:
        raise Unreadable(f"has no signature in {ANNOTATION}")
    subject = value["critical"]["image"]["docker-manifest-digest"]
    return Claim(place, content, (signature,), frozenset([subject]), SIGNATURE_TYPE)
