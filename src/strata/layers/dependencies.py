"""Verb `dependencies-layer`: locked wheels → a venv, filled by the installer → its layer.

Request: `interpreter` (see SandboxInterpreter), `installer` (tool, wheels), `wheels` (name, version, path).
Besides the layer, the result lists what an entry point can name: `modules`, `scripts` and the `standard_library`; and
`overlaps`, the wheels that have different files for a path.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from strata.audit.layer import installers
from strata.oci.layer import Entry, File, write_layer
from strata.venv.distribution import Distribution, settle_overlaps
from strata.venv.environment import IMAGE_PREFIX, SandboxInterpreter, SandboxVenv
from strata.venv.install import install
from strata.venv.installer import Installer, Wheel
from strata.venv.wheel_archive import WheelArchive


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    interpreter = SandboxInterpreter.from_request(request["interpreter"])
    wheels = sorted(map(Wheel.from_request, request["wheels"]), key=lambda wheel: wheel.name)
    archives = [WheelArchive.open(wheel, interpreter.feature_version) for wheel in wheels]
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    venv = SandboxVenv.create(Path(IMAGE_PREFIX).absolute(), interpreter)
    install(Installer.from_request(request["installer"]), venv, archives, scratch)
    distributions = [Distribution(archive, venv) for archive in archives]
    overlaps = settle_overlaps(distributions)
    entries = [*venv.entries(), *_files(distributions, overlaps)]
    contents = {
        "kind": "dependencies",
        "python": interpreter.feature_version,
        "packages": {archive.wheel.name: archive.wheel.version for archive in archives},
        "installers": installers(entries),
    }
    return {
        **write_layer(entries, contents=contents).to_json(),
        "modules": sorted({module for archive in archives for module in archive.modules()}),
        "scripts": sorted({script for distribution in distributions for script in distribution.scripts()}),
        "standard_library": sorted(sys.stdlib_module_names),  # type: ignore[attr-defined]  # since CPython 3.10
        "overlaps": overlaps,
    }


def _files(distributions: Sequence[Distribution], overlaps: Mapping[str, Sequence[str]]) -> Iterator[Entry]:
    """What the wheels installed; of a path that several have, one entry.

    A file that is as the wheel has it is copied from the wheel, where it is compressed already.
    """
    files = {}
    for distribution in distributions:
        for file in distribution.normalise(overlaps):
            mode = 0o755 if file.executable else 0o644
            member = distribution.archive.files.get(file.path)
            copied = member is not None and not member.script and file.path not in overlaps
            path, installed = f"{IMAGE_PREFIX}/{file.path}", distribution.venv.prefix / file.path
            files[file.path] = File(path, member.source if member is not None and copied else installed, mode=mode)
    yield from files.values()
