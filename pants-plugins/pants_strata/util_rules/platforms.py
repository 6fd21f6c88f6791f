"""This module decides which platforms images are built for, and which ones locks of Debian packages are for."""

from __future__ import annotations

from typing import Optional

from pants.engine.addresses import Address

from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types.platforms import PLATFORMS, PlatformsField
from strata.errors import targets as errors
from strata.oci.platform import Platform


def platforms_of(
    field: Optional[PlatformsField], address: Address, strata: StrataSubsystem, debian: DebianSubsystem
) -> tuple[Platform, ...]:
    """Return the platforms that a target is packaged for, sorted.

    :param field: of an image; None for a target without the field.

    Raise StrataError where an option names a platform that is not known or none, and where locks are for a platform of
    which nothing says whether images are.
    """
    if field is not None and field.value:
        return _parsed(field.value)
    named = strata.platforms
    unknown = sorted({*named, *debian.platforms} - set(PLATFORMS))
    if unknown or not named:
        raise errors.unusable_platforms(unknown, PLATFORMS).at(str(address))
    further = sorted(set(debian.platforms) - set(named))
    if further and strata.options.is_default("platforms"):
        raise errors.platform_without_images(further, named).at(str(address))
    return _parsed(named)


def locked_platforms(strata: StrataSubsystem, debian: DebianSubsystem) -> tuple[str, ...]:
    """Return the platforms that a lock of Debian packages is for, as `os/architecture`, sorted."""
    return tuple(sorted({*strata.platforms, *debian.platforms}))


def _parsed(names: tuple[str, ...]) -> tuple[Platform, ...]:
    return tuple(Platform.parse(name) for name in sorted(set(names)))
