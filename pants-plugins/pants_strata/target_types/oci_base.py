"""The target `oci_base` and its fields."""

from __future__ import annotations

from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    BoolField,
    InvalidFieldException,
    StringField,
    Target,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import LockfileField
from strata.errors import StrataError
from strata.registry.reference import Reference


class OciBaseImageField(StringField):
    """The field `image`."""

    alias = "image"
    required = True
    help = help_text(
        """
        The image, with its registry: `"registry.example/team/base@sha256:…"`, the digest of an index or of a manifest.
        With a tag, as in `"registry.example/team/base:1"`, a `lockfile` pins the image that the tag named when the
        lock was made.
        """
    )
    value: str

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        assert value is not None
        try:
            Reference.parse(value)
        except StrataError as mistake:
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} cannot be used. {mistake}"
            ) from None
        return value


class OciBaseLockfileField(LockfileField):
    """The field `lockfile`."""

    help = help_text(
        """
        The lock file, beside the BUILD file: the digests of the image for each platform, and what its layers hold, so
        that a build fetches no layer to know it. An image that is named by a tag needs one; a digest may have one.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class AllowInstallersField(BoolField):
    """The field `allow_installers`."""

    alias = "allow_installers"
    default = False
    value: bool
    help = help_text(
        """
        Whether the base may hold installers of Python packages, such as the pip of `python` images. The annotation
        `vnd.strata.installers` of each image upon it lists them.
        """
    )


class OciBaseTarget(Target):
    """The target `oci_base`."""

    alias = "oci_base"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        OciBaseImageField,
        OciBaseLockfileField,
        AllowInstallersField,
    )
    help = help_text(
        """
        An image in a registry that images stand on: the `base` of a `python_image` or a `python_interpreter`.

        It is pinned by its digest. Its environment, labels, ports and user are inherited as docs/base-images.md says;
        an image has its layers at the bottom, as they are.
        """
    )
