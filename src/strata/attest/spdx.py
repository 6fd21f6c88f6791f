"""This module writes the bill of materials of an image in the form of SPDX 2.3.

The specification asks for a time and a namespace: the time is the one of all files in images, and the namespace has the
digest of the image. So one image has one document.
https://spdx.github.io/spdx-spec/v2.3/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from strata.attest.components import Component, Contents
from strata.oci.documents import canonical_json

# The time of all files in images (strata.oci.tar.EPOCH).
_CREATED = "1980-01-01T00:00:00Z"
_ROOT = "SPDXRef-image"
_NOTHING_KNOWN = "NOASSERTION"


def spdx_document(contents: Contents) -> bytes:
    """Return the document as canonical JSON."""
    algorithm, _, value = contents.digest.partition(":")
    image = {
        "SPDXID": _ROOT,
        "name": contents.name,
        "versionInfo": contents.digest,
        "downloadLocation": _NOTHING_KNOWN,
        "filesAnalyzed": False,
        "primaryPackagePurpose": "CONTAINER",
        "checksums": [{"algorithm": algorithm.upper(), "checksumValue": value}],
        "comment": contents.platform,
    }
    packages = [image]
    relations = [_relation("SPDXRef-DOCUMENT", "DESCRIBES", _ROOT)]
    for component in contents.components:
        packages += _packages(component, relations)
    return canonical_json(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": contents.name,
            "documentNamespace": f"urn:strata:image:{contents.digest}",
            "creationInfo": {"created": _CREATED, "creators": ["Tool: strata"]},
            "packages": packages,
            "relationships": relations,
        }
    )


def _packages(component: Component, relations: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the package of a component, and of its parts; add what it has to do with others to `relations`."""
    own = _id(component.ref)
    relations.append(_relation(_ROOT, "CONTAINS", own))
    relations += [_relation(own, "DEPENDS_ON", _id(ref)) for ref in component.requires]
    yield _package(component, own)
    for part in component.parts:
        inner = _id(f"{component.ref} {part.ref}")
        relations.append(_relation(own, "CONTAINS", inner))
        yield _package(part, inner)


def _package(component: Component, identifier: str) -> dict[str, Any]:
    purls = [component.purl] if component.purl else []
    hashes = sorted(set(component.sha256.values()))
    names = sorted(component.sha256)
    told: dict[str, Any] = {
        "versionInfo": component.version,
        "packageFileName": names[0] if len(names) == 1 else "",
        "licenseDeclared": component.license_expression or _NOTHING_KNOWN,
        "licenseComments": "; ".join(component.license_names),
        "licenseConcluded": _NOTHING_KNOWN,
        "copyrightText": _NOTHING_KNOWN,
        "checksums": [{"algorithm": "SHA256", "checksumValue": each} for each in hashes],
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
            for purl in purls
        ],
        "comment": "; ".join(each for each in (component.layer and f"layer {component.layer}", component.note) if each),
        "primaryPackagePurpose": component.kind.upper(),
    }
    return {
        "SPDXID": identifier,
        "name": component.name,
        "downloadLocation": _NOTHING_KNOWN,
        "filesAnalyzed": False,
        **{name: value for name, value in told.items() if value},
    }


# A document has each several times, and so have those of all images with the same package.
@lru_cache(maxsize=8192)
def _id(ref: str) -> str:
    """Return an identifier, which may have letters, digits, dots and hyphens alone."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", ref.partition("#")[0].partition("?")[0]).strip("-")
    return f"SPDXRef-{readable}-{hashlib.sha256(ref.encode()).hexdigest()[:12]}"


def _relation(element: str, kind: str, related: str) -> dict[str, str]:
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related}
