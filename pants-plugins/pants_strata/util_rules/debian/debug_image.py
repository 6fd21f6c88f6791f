"""Debug images: an image with one layer more, which has a shell and tools.

The image itself is as without. Inputs of the layer: Debian's `busybox-static` by its lock, and the interpreter, on
which it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pants.core.goals.package import BuiltPackageArtifact
from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.library_process import on_interpreter, written_layer
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types.defaults import DEBUG
from pants_strata.util_rules.debian.packages import get_debian_packages, unpack_inputs
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lock_requests import base_lock
from strata.oci.image import DEBUG_FOLDER, Image
from strata.oci.layout import layout_files
from strata.oci.platform import Platform
from strata.protocol import debug_layer
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class DebugLayerRequest:
    """The layer of debug images for a platform.

    :param interpreter: the address of the one that writes it.
    """

    platform: Platform
    interpreter: Address
    compression: Compression


@dataclass(frozen=True)
class DebugLayer:
    """The layer."""

    layer: ArtifactLayer


@rule
async def write_debug_layer(request: DebugLayerRequest, debian: DebianSubsystem) -> DebugLayer:
    """Return the layer with a shell and tools."""
    target = await engine.target(DEBUG)
    locked = await get_debian_packages(DebianPackagesRequest(base_lock(target, debian), request.platform))
    interpreter = await get_build_interpreter(BuildInterpreterRequest(request.interpreter))
    debs, packages = await unpack_inputs(locked.packages, locked.debs)
    step = await on_interpreter(
        interpreter,
        debug_layer.Request(packages=packages, compression=request.compression),
        inputs=debs,
        description=f"Write the layer of debug images for {request.platform}",
    )
    layer, _ = await written_layer(step, DEBUG, interpreter)
    return DebugLayer(layer)


get_debug_layer = engine.asker(write_debug_layer)


async def debug_image(built: BuiltImage) -> tuple[Image, Digest]:
    """Return the debug image of an image, and the blobs of all its layers."""
    media_type = built.image.layers[-1].descriptor.media_type
    compression: Compression = "zstd" if media_type.endswith("zstd") else "gzip"
    found = await get_debug_layer(DebugLayerRequest(built.image.platform, built.venv.interpreter, compression))
    image = built.image.with_layer(found.layer.layer, path=DEBUG_FOLDER)
    return image, await engine.merge([built.blobs, found.layer.blob])


async def debug_layout(images: Iterable[BuiltImage], path: str) -> tuple[Digest, tuple[BuiltPackageArtifact, ...]]:
    """Return the layout of the debug images of some images beside theirs, for `package`."""
    made = [await debug_image(built) for built in images]
    files = await engine.create(layout_files([image for image, _ in made]))
    blobs = await engine.merge([files, *(blobs for _, blobs in made)])
    digests = [f"  {image.platform} {image.manifest_descriptor.digest}" for image, _ in made]
    lines = [*digests, "  with a shell; `publish` leaves it out"]
    folder = f"{path}-debug"
    return await engine.under(folder, blobs), (BuiltPackageArtifact(folder, extra_log_lines=tuple(lines)),)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
