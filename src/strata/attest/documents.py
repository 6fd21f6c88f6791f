"""This module names the documents about an image: what each is called, where it lies, and what registries call it.

`package` writes them beside the layout, in one folder for each platform:

    image.attest/linux-amd64/sbom.cdx.json
    image.attest/linux-amd64/provenance.json

Each file has the very bytes that are attached to the image in a registry, as the one layer of a referrer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from strata.oci.platform import Platform

STATEMENT = "application/vnd.in-toto+json"
"""The media type of in-toto statements. https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md"""


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document.

    :param name: as `[strata].attest` has it.
    :param file: its name in the folder of a platform.
    :param media_type: of the document, and the artifact type of the referrer.
    :param predicate_type: what a statement with the document says: that of the document where it is a statement itself,
        and of the statement that a signature is made of where it is none.
    """

    name: str
    file: str
    media_type: str
    predicate_type: str


CYCLONEDX = DocumentKind("cyclonedx", "sbom.cdx.json", "application/vnd.cyclonedx+json", "https://cyclonedx.org/bom")
SPDX = DocumentKind("spdx", "sbom.spdx.json", "application/spdx+json", "https://spdx.dev/Document")
PROVENANCE = DocumentKind("provenance", "provenance.json", STATEMENT, "https://slsa.dev/provenance/v1")
INSTALLERS = DocumentKind("installers", "installers.json", STATEMENT, "urn:strata:installers:v1")

KINDS = (CYCLONEDX, SPDX, PROVENANCE, INSTALLERS)
"""All documents whose files tell what they are."""


DEBIAN_RELEASED = "vnd.strata.debian.released"
"""The annotation of each lock of Debian packages among the materials of a provenance: its day, `2026-11-15`.

That is `released` of strata.debian.lock, and empty for a lock that has none. Policies ask for the age of all of them.
"""


def documents_path(layout: str) -> str:
    """Return the folder of documents, which lies beside the layout, since nothing else may lie in it."""
    return f"{layout}.attest"


def folder_of(platform: Optional[Platform]) -> str:
    """Return the name of the folder for the image of a platform: `linux-amd64`; `index` for an index of several."""
    return f"{platform.os}-{platform.architecture}" if platform else "index"


BUNDLE_SUFFIX = ".sigstore.json"
"""The end of the names of signatures beside the documents (strata.sign.layout_signatures)."""

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""The media type of such a signature, and the artifact type of its referrer."""


def bundle_annotations(predicate_type: str) -> dict[str, str]:
    """Return what cosign writes into the referrer of such a signature, and looks for.

    :param predicate_type: of the statement that is signed.
    """
    return {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicate_type,
    }


def kind_of(file: str) -> Optional[DocumentKind]:
    """Return the kind of the document in a file of such a name; None for another name."""
    return next((kind for kind in KINDS if kind.file == file), None)
