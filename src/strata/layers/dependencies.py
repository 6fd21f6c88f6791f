"""Verb `dependencies-layer`: wheels → the layer that has them installed, made from their archives alone.

Request: `interpreter` (see SandboxInterpreter), `wheels` (name, version, path), `bytecode`, whether modules are
compiled, and `compression` of the blob. That an installer makes the same of the wheels is proven apart
(strata.venv.proof).

The layer describes itself as {"kind": "dependencies", "python": "3.13", "packages": {name: version}, "bytecode": bool,
"installers": […]} (strata.audit.layer). Besides it, the result has `distributions`: name → `modules` and `scripts`,
which an entry point can name, and `files`, by which overlaps with wheels of other layers are found
(strata.venv.installed_form).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from strata.audit.layer import installers
from strata.layers.bytecode import cache_path, compile_directory, compiled_modules
from strata.oci.background import Background
from strata.oci.layer import File, ZipMember, write_layer
from strata.venv.environment import IMAGE_PREFIX, SandboxInterpreter, image_site_packages
from strata.venv.installed_form import InstalledFile, description, installed_files, own_metadata
from strata.venv.installer import Wheel
from strata.venv.wheel_archive import WheelArchive


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    interpreter = SandboxInterpreter.from_request(request["interpreter"])
    wheels = sorted(map(Wheel.from_request, request["wheels"]), key=lambda wheel: wheel.name)
    archives = [WheelArchive.open(wheel, interpreter.feature_version) for wheel in wheels]
    with tempfile.TemporaryDirectory(dir=".", prefix="bytecode-") as scratch:
        entries = _entries(archives, interpreter, Path(scratch) if request["bytecode"] else None)
        contents = {
            "kind": "dependencies",
            "python": interpreter.feature_version,
            "packages": {wheel.name: wheel.version for wheel in wheels},
            "bytecode": request["bytecode"],
            "installers": installers(entries),
        }
        layer = write_layer(entries, contents=contents, compression=request["compression"])
    return {**layer.to_json(), "distributions": {archive.wheel.name: description(archive) for archive in archives}}


def _entries(archives: Sequence[WheelArchive], interpreter: SandboxInterpreter, scratch: Path | None) -> list[File]:
    """What the wheels install; of a path that several have, the last one's file, with its bytecode.

    :param scratch: where bytecode is made; None for none.
    """
    own = [installed_files(archive) for archive in archives]
    files = {path: file for each in own for path, file in each.items()}
    bytecode: dict[str, ZipMember] = {}
    for number, each in enumerate(own if scratch else []):
        made = _bytecode(each, interpreter, Path(scratch or "", str(number)))
        for path in each:
            bytecode.pop(path, None)
        bytecode.update(made)
    cached = {path: cache_path(path, interpreter.feature_version) for path in bytecode}
    for archive, each in zip(archives, own):
        described = own_metadata(
            archive, [files[path] for path in each], [cached[path] for path in each if path in cached]
        )
        files.update({file.path: file for file in described})
    return [
        *(
            File(f"{IMAGE_PREFIX}/{file.path}", file.source, mode=0o755 if file.executable else 0o644)
            for file in files.values()
        ),
        *(File(f"{IMAGE_PREFIX}/{cached[path]}", code) for path, code in bytecode.items()),
    ]


def _bytecode(
    files: Mapping[str, InstalledFile], interpreter: SandboxInterpreter, scratch: Path
) -> dict[str, ZipMember]:
    """The bytecode of each module of a wheel that compiles, by the module's path from the root of the venv.

    It is made by a process for each wheel, so that it does not depend on the wheels that share the layer.
    """
    site = f"{image_site_packages(interpreter.feature_version)[len(IMAGE_PREFIX) + 1 :]}/"
    sources, archive = scratch / "sources", scratch / "bytecode.zip"
    for path, file in files.items():
        if path.startswith(site) and path.endswith(".py") and isinstance(file.source, ZipMember):
            _extract(file.source, sources / path[len(site) :])
    if not sources.exists():
        return {}
    compile_directory(sources, interpreter.command(), f"/{IMAGE_PREFIX}/{site[:-1]}", archive, which="valid")
    shutil.rmtree(sources)
    return {f"{site}{name}": code for name, code in compiled_modules(archive).items()}


def _extract(member: ZipMember, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output, Background() as background:
        for _, contents in member.pieces(background):
            output.write(contents)
