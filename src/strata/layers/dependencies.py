"""Verb `dependencies-layer`: locked wheels → a venv, filled by the installer → its layer.

Request: `interpreter` (see SandboxInterpreter), `installer` (tool, file), `wheels` (name, version, path).
Besides the layer, the result lists what an entry point can name: `modules`, `scripts` and the `standard_library`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Mapping

from strata.errors import venv as errors
from strata.oci.layer import write_layer
from strata.venv.distribution import installed
from strata.venv.environment import IMAGE_PREFIX, SandboxInterpreter, SandboxVenv
from strata.venv.installer import Wheel, install_with_pip


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    interpreter = SandboxInterpreter.from_request(request["interpreter"])
    wheels = [Wheel(item["name"], item["version"], Path(item["path"])) for item in request["wheels"]]
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    venv = SandboxVenv.create(Path(IMAGE_PREFIX).absolute(), interpreter)
    if wheels:
        install_with_pip(Path(request["installer"]["file"]), venv, wheels, scratch)
    distributions = installed(venv)
    _compare(request["installer"]["tool"], wheels, {item.name: item.version for item in distributions})
    for distribution in distributions:
        distribution.normalise()
    contents = {
        "kind": "dependencies",
        "python": interpreter.feature_version,
        "packages": {distribution.name: distribution.version for distribution in distributions},
    }
    return {
        **write_layer(venv.entries(), contents=contents).to_json(),
        "modules": sorted({module for distribution in distributions for module in distribution.modules()}),
        "scripts": sorted({script for distribution in distributions for script in distribution.scripts()}),
        "standard_library": sorted(sys.stdlib_module_names),
    }


def _compare(tool: str, wheels: list[Wheel], found: Mapping[str, str]) -> None:
    wanted = {wheel.name for wheel in wheels}
    if wanted != set(found):
        raise errors.not_installed(tool, sorted(wanted - set(found)), sorted(set(found) - wanted))
