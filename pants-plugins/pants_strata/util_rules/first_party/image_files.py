"""The layer of an `image_files` target: files of the repository at a path of their own in images.

Inputs: the files, without the prefix that the target strips, and its path, mode and owner. An edit of one of the files
runs this one process. Made on: the interpreter artifact. Errors: files outside of the prefix, and no files at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.image import FilesLayer, FilesLayerRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.library_process import on_interpreter, written_layer
from pants_strata.target_types import (
    ExtraFilesField,
    ImageFilesModeField,
    ImageFilesOwnerField,
    ImageFilesPathField,
    ImageFilesStripPrefixField,
    ImageFilesTarget,
)
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from strata.errors.contents import image_files as errors
from strata.protocol.contents import files_layer
from strata.protocol.layer import Compression

_ROOT = "files"


@rule
async def write_files_layer(request: FilesLayerRequest) -> FilesLayer:
    """Return the layer of an `image_files` target. Raise StrataError where there is nothing to place."""
    target = await engine.target(request.address)
    direct = await engine.direct_dependencies(target)
    found = await engine.loose_files(await engine.with_dependencies([item.address for item in direct]))
    prefix = target[ImageFilesStripPrefixField].folder
    outside = [path for path in found.files if prefix and not path.startswith(f"{prefix}/")]
    if outside or not found.files:
        raise errors.files_not_placed(prefix, outside, [str(item.address) for item in direct]).at(str(request.address))
    files = await engine.without_prefix(prefix, found.digest) if prefix else found.digest
    interpreter = await get_build_interpreter(request.interpreter)
    uid, gid = target[ImageFilesOwnerField].numbers
    step = await on_interpreter(
        interpreter,
        files_layer.Request(
            root=Path(_ROOT),
            path=target[ImageFilesPathField].below_root,
            mode=target[ImageFilesModeField].number,
            uid=uid,
            gid=gid,
            compression=request.compression,
        ),
        inputs=await engine.under(_ROOT, files),
        description=f"Write the layer of {request.address}, {len(found.files)} files",
    )
    layer, result = await written_layer(step, request.address, interpreter)
    return FilesLayer(layer, result.paths)


get_files_layer = engine.asker(write_files_layer)


async def extra_layers(
    image: Target, interpreter: BuildInterpreterRequest, compression: Compression
) -> tuple[FilesLayer, ...]:
    """Return the layers of an image's `extra_files`, by address. Raise StrataError for a path that two of them have."""
    names = image[ExtraFilesField].value or ()
    origin = f"the `{ExtraFilesField.alias}` field of {image.address}"
    targets = {name: await engine.target_at(name, owner=image.address, origin=origin) for name in names}
    for name, target in targets.items():
        if target.alias != ImageFilesTarget.alias:
            raise errors.no_image_files(name, target.alias).at(str(image.address))
    addresses = sorted({target.address for target in targets.values()})
    layers = await engine.concurrently(
        get_files_layer(FilesLayerRequest(address, interpreter, compression)) for address in addresses
    )
    twice = _twice({str(address): layer for address, layer in zip(addresses, layers)})
    if twice:
        raise errors.file_placed_twice(twice).at(str(image.address))
    return tuple(layers)


def _twice(layers: Mapping[str, FilesLayer]) -> dict[str, list[str]]:
    """Return path → the targets that place a file there, where several do."""
    places: dict[str, list[str]] = {}
    for address, layer in layers.items():
        for path in layer.paths:
            places.setdefault(path, []).append(address)
    return {f"/{path}": found for path, found in places.items() if len(found) > 1}


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
