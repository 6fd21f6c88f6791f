"""This module builds the image that the machine itself runs, as a layout without documents beside it."""

from __future__ import annotations

from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.platform import Platform as HostPlatform

from pants_strata import engine
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.debian.debug_image import debug_image
from pants_strata.util_rules.host_platform import host_platform
from pants_strata.util_rules.image import get_image
from pants_strata.util_rules.platforms import platforms_of
from strata.errors.running import run as errors
from strata.oci.layout import layout_files
from strata.oci.platform import Platform


async def machine_image(
    address: Address,
    platforms: PlatformsField,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    machine: HostPlatform,
    *,
    debug: bool = False,
) -> tuple[BuiltImage, Digest]:
    """Return an image, and its layout, or the layout of its debug image.

    Raise StrataError where it is for none of this machine's platforms.
    """
    wanted = Platform("linux", host_platform(machine).architecture)
    known = platforms_of(platforms, address, strata, debian)
    if wanted not in known:
        raise errors.no_image(str(address), str(wanted), [str(each) for each in known])
    built = await get_image(ImageRequest(address, wanted))
    if debug:
        image, blobs = await debug_image(built)
        return built, await engine.merge([blobs, await engine.create(layout_files([image]))])
    return built, await engine.merge([built.blobs, await engine.create(layout_files([built.image]))])
