"""This module writes layouts, the directory form of images, as `pants package` writes it.

The functions give the small files; the blobs of layers, which the images name, lie at blobs/sha256/HEX already.
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional

from strata.oci.annotations import IMAGE_NAME, REF_NAME
from strata.oci.descriptor import (
    EMPTY,
    EMPTY_CONFIG,
    INDEX,
    INDEX_FILE,
    LAYOUT_FILE,
    LAYOUT_VERSION,
    MANIFEST,
    Descriptor,
)
from strata.oci.documents import canonical_json
from strata.oci.image import Image, image_manifest
from strata.oci.layer import Layer
from strata.oci.platform import Platform


def layout_files(
    images: Sequence[Image], *, tag: str = "latest", annotations: Optional[Mapping[str, str]] = None
) -> dict[str, bytes]:
    """Return the files of a layout that holds one image, for one platform or for several, by their path in it.

    :param annotations: stand beside the tag.
    """
    files: dict[str, bytes] = {}
    for image in images:
        files[image.config_descriptor.blob_path] = image.config
        files[image.manifest_descriptor.blob_path] = image.manifest
    return {**files, **_named([image.manifest_descriptor for image in images], tag, annotations)}


def archive_files(images: Sequence[Image], name: str) -> dict[str, bytes]:
    """Return the files of a layout for a tar file that is loaded as the image `registry/repository:tag`."""
    return layout_files(images, tag=name.rpartition(":")[2], annotations={IMAGE_NAME: name})


def artifact_layout_files(
    artifacts: Mapping[Optional[Platform], Sequence[Layer]],
    *,
    kind: str,
    annotations: Mapping[str, str],
    tag: str = "latest",
) -> dict[str, bytes]:
    """Return the files of a layout whose layers are not an image: an interpreter's alone, for example.

    They stand in a manifest with the artifact type `application/vnd.strata.KIND.v1` and an empty config, so that
    registries store them and no runtime takes them for an image.

    :param artifacts: platform → the layers for it.
    """
    config = Descriptor.of(EMPTY, EMPTY_CONFIG)
    files = {config.blob_path: EMPTY_CONFIG}
    manifests = []
    for platform, layers in artifacts.items():
        manifest = image_manifest(
            config, layers, annotations=annotations, artifact_type=f"application/vnd.strata.{kind}.v1"
        )
        manifests.append(Descriptor.of(MANIFEST, manifest, platform=platform))
        files[manifests[-1].blob_path] = manifest
    return {**files, **_named(manifests, tag)}


def _named(
    manifests: Sequence[Descriptor], tag: str, annotations: Optional[Mapping[str, str]] = None
) -> dict[str, bytes]:
    """Return the files that give a tag to a manifest, or to an index of several."""
    if len(manifests) == 1:
        return _root(manifests[0], tag, annotations)
    index = _index(manifests)
    descriptor = Descriptor.of(INDEX, index)
    return {descriptor.blob_path: index, **_root(descriptor, tag, annotations)}


def _root(descriptor: Descriptor, tag: str, annotations: Optional[Mapping[str, str]] = None) -> dict[str, bytes]:
    named = replace(descriptor, annotations={**(annotations or {}), REF_NAME: tag})
    return {
        LAYOUT_FILE: canonical_json({"imageLayoutVersion": LAYOUT_VERSION}),
        INDEX_FILE: _index([named]),
    }


def _index(manifests: Sequence[Descriptor]) -> bytes:
    fields: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [manifest.to_json() for manifest in manifests],
    }
    return canonical_json(fields)
