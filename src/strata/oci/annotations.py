"""This module has annotations of manifests and of their descriptors, most of which the image specification defines.

An image names its base. So whoever pushes it knows from itself where the layers of its base are, also where a layout
has them not.
https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
"""

from __future__ import annotations

REF_NAME = "org.opencontainers.image.ref.name"
"""The tag of an image within a layout: skopeo, umoci and podman find it as oci:DIRECTORY:TAG."""

IMAGE_NAME = "io.containerd.image.name"
"""The whole name: podman and Docker take an image from an archive by it, since the tag alone names no repository."""

BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


def base_annotations(name: str, digest: str) -> dict[str, str]:
    """Return the annotations for a base.

    :param name: its reference, with the digest: registry.example/team/base:1@sha256:…
    :param digest: of what the reference names.
    """
    return {BASE_NAME: name, BASE_DIGEST: digest}
