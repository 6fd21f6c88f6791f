"""This module has what a comparison knows of an image: its manifest and config, whoever wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.oci.descriptor import Descriptor
from strata.oci.documents import NotJson, parse
from strata.oci.image import Image
from strata.oci.layer import CONTENTS_ANNOTATION
from strata.oci.shape import count, map_of, struct, text

_contents = struct(
    {"kind": text},
    {
        "format": count,
        "packages": map_of(text),
        "files": map_of(text),
        "fileCount": count,
        "filesDigest": text,
        "version": text,
        "python": text,
    },
)


@dataclass(frozen=True)
class LayerView:
    """One layer.

    :param position: from 1, the lowest.
    :param diff_id: of the uncompressed layer; None where no config tells it.
    :param contents: what the layer says of itself (`Layer.contents`); None where it says nothing that is known.
    :param created_by: the line of history that belongs to it; may be empty.
    """

    position: int
    media_type: str
    digest: str
    size: int
    diff_id: Optional[str]
    contents: Optional[Mapping[str, Any]] = field(hash=False)
    created_by: str

    @property
    def name(self) -> str:
        """Return the position and the kind, as `4 app`; the position alone where the kind is not known."""
        return f"{self.position} {self.contents['kind']}" if self.contents else str(self.position)

    @property
    def descriptor(self) -> Descriptor:
        """Return the descriptor of the blob."""
        return Descriptor(self.media_type, self.digest, self.size)


@dataclass(frozen=True)
class ImageView:
    """An image for one platform, or layers that are no image and have no config.

    :param platform: os/architecture, with the variant if there is one; empty where nothing tells it.
    :param digest: of the manifest.
    :param config: the image config without what it says of layers.
    """

    platform: str
    digest: str
    layers: tuple[LayerView, ...]
    config: Mapping[str, Any] = field(hash=False)
    annotations: Mapping[str, str] = field(hash=False)

    @classmethod
    def of_image(cls, image: Image) -> ImageView:
        """Return the view of an image that was just assembled."""
        return cls.of(image.manifest_descriptor.digest, parse(image.manifest), parse(image.config))

    @classmethod
    def of(cls, digest: str, manifest: Mapping[str, Any], config: Optional[Mapping[str, Any]]) -> ImageView:
        """Return the view by the JSON values of both documents, which have the shapes of strata.oci.spec."""
        config = config or {}
        diff_ids = config.get("rootfs", {}).get("diff_ids", [])
        created_by = [
            item.get("created_by", "") for item in config.get("history") or [] if not item.get("empty_layer", False)
        ]
        layers = manifest["layers"]
        # A config that tells of more or fewer layers than there are tells nothing of any.
        diff_ids = diff_ids if len(diff_ids) == len(layers) else [None] * len(layers)
        created_by = created_by if len(created_by) == len(layers) else [""] * len(layers)
        parts = [config[name] for name in ("os", "architecture", "variant") if name in config]
        return cls(
            platform="/".join(parts),
            digest=digest,
            layers=tuple(
                LayerView(
                    position,
                    layer["mediaType"],
                    layer["digest"],
                    layer["size"],
                    diff_id,
                    _described(layer.get("annotations", {})),
                    history,
                )
                for position, (layer, diff_id, history) in enumerate(zip(layers, diff_ids, created_by), start=1)
            ),
            config={name: value for name, value in config.items() if name not in ("rootfs", "history")},
            annotations=manifest.get("annotations", {}),
        )


def _described(annotations: Mapping[str, str]) -> Optional[Mapping[str, Any]]:
    try:
        contents = parse(annotations[CONTENTS_ANNOTATION].encode())
    except (KeyError, NotJson, UnicodeEncodeError):
        return None
    return None if any(_contents(contents, "")) else dict(contents)
