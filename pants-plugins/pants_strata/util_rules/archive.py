"""The archive of an image: one tar file, which `docker load` and `podman load` read.

A process writes it from blobs that exist. It is in no remote cache: to write it again takes less time than to fetch it
beside the layers that it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pants.core.goals.package import BuiltPackageArtifact
from pants.engine.fs import Digest
from pants.engine.process import ProcessCacheScope
from pants.engine.target import Target
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.library_process import answer, on_interpreter
from pants_strata.subsystem import BaseLayers, StrataSubsystem
from pants_strata.target_types.publishing import ArchiveField
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lookup import default_interpreter
from pants_strata.util_rules.publishing.destinations import names
from strata.errors import StrataError
from strata.errors import oci_base as base_errors
from strata.errors import targets as errors
from strata.oci.docker import docker_files
from strata.oci.image import Image
from strata.oci.layout import archive_files
from strata.protocol.images import image_archive

_FOLDER = "image"
_OUTPUT = "archive"


async def archive_of(
    target: Target, strata: StrataSubsystem, images: Sequence[Image], digest: str, blobs: Digest, path: str
) -> tuple[Digest, tuple[BuiltPackageArtifact, ...]]:
    """Return the archive that a `python_image` asks for, below `dist/`; nothing where it asks for none.

    :param images: the image for each platform. :param digest: of the image, or of the index over them.
    :param blobs: holds those of the layers at `blobs/sha256/`.
    :param path: of the layout; the archive lies beside it.
    """
    kind = target[ArchiveField].value or strata.archive.value
    if kind == "none":
        return await engine.create({}), ()
    try:
        named = await names(target, strata, digest)
        if kind == "docker" and len(images) > 1:
            raise errors.docker_archive_of_platforms([str(image.platform) for image in images])
        if strata.base_layers is BaseLayers.reference and any(image.layers_of("base") for image in images):
            raise base_errors.archive_without_layers()
    except StrataError as refusal:
        raise refusal.at(str(target.address)) from None
    files = docker_files(images[0], named) if kind == "docker" else archive_files(images, named[0])
    inputs = await engine.merge([blobs, await engine.create(files)])
    file = Path(f"{path}.{kind}.tar")
    step = await on_interpreter(
        await get_build_interpreter(BuildInterpreterRequest((await default_interpreter(strata)).address)),
        image_archive.Request(folder=Path(_FOLDER), name=file.name),
        inputs=await engine.under(_FOLDER, inputs),
        outputs=_OUTPUT,
        description=f"Write the archive {file.name}",
        level=LogLevel.INFO,
        cache_scope=ProcessCacheScope.PER_RESTART_SUCCESSFUL,
    )
    answered = await answer(step)
    size = answered.value_for(target.address).size
    written = await engine.without_prefix(_OUTPUT, await engine.only(answered.files, [f"{_OUTPUT}/*"]))
    lines = (f"  {size / 1e6:.1f} MB", *(f"  {name}" for name in named if kind == "docker" or name == named[0]))
    artifact = BuiltPackageArtifact(str(file), extra_log_lines=lines)
    return await engine.under(str(file.parent), written), (artifact,)
