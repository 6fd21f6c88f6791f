"""The fields of `python_image` about how it leaves Pants: in an archive, and by `publish`, as in `docker_image`."""

from __future__ import annotations

from pants.engine.target import BoolField, StringField, StringSequenceField
from pants.util.strutil import help_text

ALL_DEFAULT_REGISTRIES = "<all default registries>"
"""Stands in the field `registries` for each default registry of `[strata].registries`."""

_NAMES = (
    "`{name}`, `{directory}` and `{parent_directory}` are those of the target, `{digest}` the 64 digits of the image's "
    "digest, `{git_commit}` the commit that is checked out, and `{env.NAME}` a variable of the environment."
)


class RepositoryField(StringField):
    """The field `repository`."""

    alias = "repository"
    help = help_text(
        f"""
        The repository that `publish` pushes the image to, for instance `"team/app"`. An image without a repository is
        not published, and `publish` does not build it. `__defaults__` in a BUILD file gives one to many images, see
        docs/registry.md.

        {_NAMES}
        """
    )


class RegistriesField(StringSequenceField):
    """The field `registries`."""

    alias = "registries"
    help = help_text(
        f"""
        The registries that `publish` pushes the image to: `"@alias"` for one of `[strata].registries`, or an address
        such as `"registry.example:5000"`. By default `["{ALL_DEFAULT_REGISTRIES}"]`. An empty list publishes nothing.
        """
    )
    default = (ALL_DEFAULT_REGISTRIES,)
    value: tuple[str, ...]


class ImageTagsField(StringSequenceField):
    """The field `image_tags`."""

    alias = "image_tags"
    help = help_text(
        f"""
        The tags that `publish` gives the image. With an empty list it is published by its digest alone.

        {_NAMES}
        """
    )
    default = ("latest",)
    value: tuple[str, ...]


class SkipPushField(BoolField):
    """The field `skip_push`."""

    alias = "skip_push"
    default = False
    value: bool
    help = "Whether `publish` leaves the image out."


class ArchiveField(StringField):
    """The field `archive`."""

    alias = "archive"
    valid_choices = ("none", "oci", "docker")
    help = help_text(
        """
        The tar file that `package` writes beside the layout; by default `[strata].archive`. `oci` is the layout in one
        file, with all platforms and with the image's digest, for `podman load` and Docker 25 or later. `docker` is what
        every `docker load` reads, for one platform. The image has the names in it under which it is published, or one
        below `localhost/`.
        """
    )
