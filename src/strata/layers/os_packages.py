"""Verb `os-packages-layer`: Debian packages → one layer, as they are on a system where their scripts ran.

Request: `packages` (strata.layers.package_set). The layer describes itself as {"kind": "os-packages", "packages":
{name: version}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strata.layers.base_files import generated_files
from strata.layers.package_set import merge, package_records, unpacked, versions, without_documentation
from strata.oci.layer import write_layer


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    with unpacked(request["packages"]) as packages:
        names = versions(packages)
        entries = merge(packages)
        kept = without_documentation(entries)
        kept.update(generated_files(names, entries))
        records = package_records(packages, kept)
        return write_layer([*kept.values(), *records], contents={"kind": "os-packages", "packages": names}).to_json()
