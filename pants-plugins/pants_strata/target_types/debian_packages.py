"""The target `debian_packages` and its fields."""

from __future__ import annotations

from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    StringField,
    StringSequenceField,
    Target,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import ArtifactOutputPathField, LockfileField
from strata.debian.defaults import BASE_ROOTS, EXCLUDED
from strata.debian.releases import RELEASES


class DebianReleaseField(StringField):
    """The field `release`."""

    alias = "release"
    help = help_text(
        f"""
        The code name of the Debian release that the packages are of: {", ".join(map(str, RELEASES))}. By default
        `[strata-debian].release`. A lock holds the packages of one release, with its updates and its security fixes.
        """
    )


class DebianPackagesNamesField(StringSequenceField):
    """The field `packages`."""

    alias = "packages"
    default = BASE_ROOTS
    help = help_text(
        f"""
        The Debian packages wanted, by name, without versions: `./pants generate-lockfiles` adds what they depend on and
        pins each to a file. The default is a base for Python apps: {", ".join(BASE_ROOTS)}.
        """
    )
    value: tuple[str, ...]


class DebianPackagesExcludeField(StringSequenceField):
    """The field `exclude`."""

    alias = "exclude"
    default = EXCLUDED
    help = help_text(
        f"""
        Packages that are left out of the closure, and all that only they need. The default names what only the
        installation scripts of packages use, which never run here: {", ".join(EXCLUDED)}.
        """
    )
    value: tuple[str, ...]


class DebianPackagesLockfileField(LockfileField):
    """The field `lockfile`."""

    help = help_text(
        """
        The lock file, beside the BUILD file: name, version, architecture, pool path, size and sha256 of each package.
        By default the lock of the default `packages` that Strata brings for the release.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class DebianPackagesTarget(Target):
    """The target `debian_packages`."""

    alias = "debian_packages"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        DebianReleaseField,
        DebianPackagesNamesField,
        DebianPackagesExcludeField,
        DebianPackagesLockfileField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        A locked set of Debian packages: an image layer, typically the base of images.

        The packages are unpacked, not installed: what their scripts would have made (certificates, users, links) is
        made deterministically, and documentation is left out.
        """
    )
