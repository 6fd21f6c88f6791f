"""The manifests of a layout, read from its directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strata.errors import oci as errors
from strata.layouts.finding import Rule
from strata.layouts.validate import validate
from strata.oci.descriptor import INDEX, MANIFEST
from strata.oci.documents import parse
from strata.oci.layout import INDEX_FILE


@dataclass(frozen=True)
class Manifest:
    """`platform` is empty where no index names one; `content` has the shape of strata.oci.spec.manifest."""

    digest: str
    platform: str
    content: Any


def read_manifests(layout: Path) -> Iterator[Manifest]:
    """All, in the order of the index. Raises StrataError where anything in the layout is not what it says."""
    findings = [str(finding) for finding in validate(layout) if finding.rule is Rule.OCI]
    if findings:
        raise errors.damaged_layout(str(layout), findings)
    yield from _manifests(layout, _load(layout, INDEX_FILE))


def blob_path(descriptor: Any) -> str:
    """The path of a blob in a layout, from a descriptor as JSON has it."""
    return f"blobs/{descriptor['digest'].replace(':', '/')}"


def _manifests(layout: Path, index: Any) -> Iterator[Manifest]:
    for descriptor in index["manifests"]:
        content = _load(layout, blob_path(descriptor)) if descriptor["mediaType"] in (INDEX, MANIFEST) else None
        if descriptor["mediaType"] == INDEX:
            yield from _manifests(layout, content)
        elif descriptor["mediaType"] == MANIFEST:
            platform = descriptor.get("platform")
            name = f"{platform['os']}/{platform['architecture']}" if platform else ""
            yield Manifest(descriptor["digest"], name, content)


def _load(layout: Path, path: str) -> Any:
    return parse((layout / path).read_bytes())
