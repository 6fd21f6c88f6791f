"""This module makes statements of the documents about an image, so that they can be signed, and names their types.

An SBOM becomes the predicate of a statement, as with `cosign attest`. Provenance and the like are statements already.
"""

from __future__ import annotations

from collections.abc import Mapping

from strata.oci.documents import NotJson, parse
from strata.sign.formats.claims import Unreadable
from strata.sign.formats.statements import Statement, statement

PROVENANCE = "https://slsa.dev/provenance/v1"
CYCLONEDX = "https://cyclonedx.org/bom"
SPDX = "https://spdx.dev/Document"

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "sbom": (CYCLONEDX, SPDX),
    "cyclonedx": (CYCLONEDX,),
    "spdx": (SPDX,),
    "provenance": (PROVENANCE,),
}
"""The name of a document in policies → the predicate types of which one will do."""

_STATEMENT = "application/vnd.in-toto+json"
_PREDICATES = {"application/vnd.cyclonedx+json": CYCLONEDX, "application/spdx+json": SPDX}
FILES: Mapping[str, str] = {
    "sbom.cdx.json": "application/vnd.cyclonedx+json",
    "sbom.spdx.json": "application/spdx+json",
    "provenance.json": _STATEMENT,
    "installers.json": _STATEMENT,
}
"""The name of a document beside a layout → its media type."""
MEDIA_TYPES = (_STATEMENT, *_PREDICATES)
"""The media types of documents that can be signed."""


def to_sign(media_type: str, content: bytes, digest: str) -> bytes:
    """Return the statement about an image that a document is or becomes. Raise Unreadable where it is neither.

    :param digest: of the image's manifest: a statement must be about it.
    """
    if media_type == _STATEMENT:
        if digest not in Statement.from_bytes(content).subjects:
            raise Unreadable("is a statement about another image")
        return content
    try:
        return statement(digest, _PREDICATES[media_type], parse(content))
    except NotJson as reason:
        raise Unreadable(str(reason)) from None
