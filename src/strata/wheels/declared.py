"""This module reads which components a wheel says it has in it: its bills of materials in `.dist-info/sboms` (PEP 770).

They may have any form. Those of CycloneDX and of SPDX 2 in JSON are read; from another one, or a damaged one, nothing
is known, which is no error: the wheel works without it.
https://peps.python.org/pep-0770/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from strata.protocol.wheel import Bundled
from strata.wheels.limits import SBOM_BYTES, SBOM_COMPONENTS
from strata.wheels.zip_reader import ZipReader


def declared_components(archive: ZipReader, info: str) -> tuple[Bundled, ...]:
    """Return the components that a wheel declares, sorted, each once.

    :param info: the name of the `.dist-info` directory.
    """
    files = [each for each in archive.members if each.filename.startswith(f"{info}/sboms/")]
    found = (
        component
        for file in files
        if file.filename.endswith(".json") and file.file_size <= SBOM_BYTES
        for component in _components(archive.read(file.filename, SBOM_BYTES))
    )
    return tuple(sorted(set(islice(found, SBOM_COMPONENTS)), key=lambda each: (each.name, each.version, each.purl)))


def _components(content: bytes) -> Iterator[Bundled]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    if document.get("bomFormat") == "CycloneDX":
        waiting = [*_objects(document.get("components"))]
        while waiting:
            each = waiting.pop()
            waiting += _objects(each.get("components"))
            yield from _component(each.get("name"), each.get("version"), each.get("purl"))
    elif str(document.get("spdxVersion", "")).startswith("SPDX-2"):
        for each in _objects(document.get("packages")):
            references = _objects(each.get("externalRefs"))
            purls = [one.get("referenceLocator") for one in references if one.get("referenceType") == "purl"]
            yield from _component(each.get("name"), each.get("versionInfo"), next(iter(purls), ""))


def _component(name: Any, version: Any, purl: Any) -> Iterator[Bundled]:
    if isinstance(name, str) and name:
        texts = [each if isinstance(each, str) else "" for each in (version, purl)]
        yield Bundled(name, *texts)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
