"""Verb `venv-layer`: what makes a directory of an image a venv, as its layer; each wheel has a layer of its own.

Request: `python` (3.13) and `compression` of the blob. The layer describes itself as {"kind": "venv", "python": "3.13",
"installers": […]} (strata.audit.layer). Besides it, the result lists the modules that the `standard_library` has.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from strata.audit.layer import installers
from strata.oci.layer import write_layer
from strata.wheels.environment import venv_entries


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    entries = list(venv_entries(request["python"]))
    contents = {"kind": "venv", "python": request["python"], "installers": installers(entries)}
    return {
        **write_layer(entries, contents=contents, compression=request["compression"]).to_json(),
        "standard_library": sorted(sys.stdlib_module_names),  # type: ignore[attr-defined]  # since CPython 3.10
    }
