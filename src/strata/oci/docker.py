"""This module writes the file that makes an archive of an image one for `docker load`, as `docker save` writes it.

https://github.com/moby/moby/blob/master/image/spec/spec.md
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.oci.documents import canonical_json
from strata.oci.image import Image


def docker_files(image: Image, names: Sequence[str]) -> dict[str, bytes]:
    """Return the small files of an archive for Docker, by path; the layers' blobs lie at blobs/sha256/HEX beside them.

    :param names: `registry.example/team/app:tag` and so on, which Docker gives the image.
    """
    entry = {
        "Config": image.config_descriptor.blob_path,
        "RepoTags": list(names),
        "Layers": [layer.descriptor.blob_path for layer in image.layers],
    }
    return {image.config_descriptor.blob_path: image.config, "manifest.json": canonical_json([entry])}
