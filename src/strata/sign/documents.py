"""This module makes statements of the documents about an image, so that they can be signed.

An SBOM becomes the predicate of a statement, as with `cosign attest`. Provenance and the like are statements already.
"""

from __future__ import annotations

from collections.abc import Mapping

from strata.attest.documents import CYCLONEDX, KINDS, SPDX, STATEMENT
from strata.attest.statement import statement
from strata.oci.documents import NotJson, parse
from strata.sign.formats.claims import Unreadable
from strata.sign.formats.statements import read_statement

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "sbom": (CYCLONEDX.predicate_type, SPDX.predicate_type),
    **{kind.name: (kind.predicate_type,) for kind in KINDS},
}
"""The name of a document in policies → the predicate types of which one will do."""

_PREDICATES = {kind.media_type: kind.predicate_type for kind in KINDS if kind.media_type != STATEMENT}
SUBJECT = "image"
"""The name of subjects where one is needed: the library sigstore takes none without it."""
MEDIA_TYPES = (STATEMENT, *_PREDICATES)
"""The media types of documents that can be signed."""


def to_sign(media_type: str, content: bytes, digest: str) -> bytes:
    """Return the statement about an image that a document is or becomes. Raise Unreadable where it is neither.

    :param digest: of the image's manifest: a statement must be about it.
    """
    if media_type == STATEMENT:
        if digest not in read_statement(content).subjects:
            raise Unreadable("is a statement about another image")
        return content
    try:
        return statement(digest, _PREDICATES[media_type], parse(content), SUBJECT)
    except NotJson as reason:
        raise Unreadable(str(reason)) from None
