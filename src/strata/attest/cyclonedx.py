"""This module writes the bill of materials of an image in the form of CycloneDX 1.6.

It names no time and has no random number, so that one image has one document.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strata.attest.components import Component, Contents
from strata.oci.documents import canonical_json

LAYER_PROPERTY = "strata:layer"
"""The property of a component with the digest of the layer that holds it."""

NOTE_PROPERTY = "strata:note"
"""The property of a component that says what the document does not say of it."""

FILE_PROPERTY = "strata:file"
"""The property of a component with the name of a file that was fetched for it."""


def cyclonedx_document(contents: Contents) -> bytes:
    """Return the document as canonical JSON."""
    root = f"{contents.name}@{contents.digest}"
    return canonical_json(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "component": {
                    "type": "container",
                    "bom-ref": root,
                    "name": contents.name,
                    "version": contents.digest,
                    "hashes": _hashes({"": contents.digest.partition(":")[2]}),
                    "properties": [{"name": "strata:platform", "value": contents.platform}],
                },
                "tools": {"components": [{"type": "application", "name": "strata"}]},
            },
            "components": [_component(each) for each in contents.components],
            "dependencies": [
                {"ref": root, "dependsOn": [each.ref for each in contents.components]},
                *({"ref": each.ref, "dependsOn": list(each.requires)} for each in contents.components),
            ],
        }
    )


def _component(component: Component) -> dict[str, Any]:
    properties = [
        *({"name": FILE_PROPERTY, "value": name} for name in sorted(component.sha256)),
        *([{"name": LAYER_PROPERTY, "value": component.layer}] if component.layer else []),
        *([{"name": NOTE_PROPERTY, "value": component.note}] if component.note else []),
    ]
    fields = {
        "version": component.version,
        "purl": component.purl,
        "hashes": _hashes(component.sha256),
        "licenses": _licenses(component),
        "properties": properties,
        "components": [
            # A part has no reference of its own: several packages may have the same one in them.
            {name: value for name, value in _component(part).items() if name != "bom-ref"}
            for part in component.parts
        ],
    }
    told = {name: value for name, value in fields.items() if value}
    return {"type": component.kind, "bom-ref": component.ref, "name": component.name, **told}


def _hashes(sha256: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": each} for each in sorted(set(sha256.values()))]


def _licenses(component: Component) -> list[dict[str, Any]]:
    if component.license_expression:
        return [{"expression": component.license_expression}]
    return [{"license": {"name": name}} for name in component.license_names]
