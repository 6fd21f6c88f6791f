"""This module names the base of an image in its manifest, by annotations that the image specification defines.

So whoever pushes an image knows from itself where the layers of its base are, also where a layout has them not.
https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
"""

from __future__ import annotations

BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


def base_annotations(name: str, digest: str) -> dict[str, str]:
    """Return the annotations for a base.

    :param name: its reference, with the digest: registry.example/team/base:1@sha256:…
    :param digest: of what the reference names.
    """
    return {BASE_NAME: name, BASE_DIGEST: digest}
