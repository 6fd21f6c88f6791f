"""This module writes and reads the build inputs of an image: what each of its layers was made from.

`package` writes them beside the layout. They stand outside the image, because they name what must not decide the
image's bytes: the version of the installer, for instance. With the build inputs of two images a comparison can say that
a layer was rebuilt, and came out the same.

    {"version": 1, "image": DIGEST, "layers": {DIGEST: {INPUT: {"name": "pip 25.2", "digest": HEX}}}}

Images for several platforms share layers and have one file, with "images": [DIGEST, …] in the place of "image".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import exactly, list_of, map_of, struct, text

VERSION = 1
_shape = struct(
    {"version": exactly(VERSION), "layers": map_of(map_of(struct({"name": text, "digest": text})))},
    {"image": text, "images": list_of(text)},
)


@dataclass(frozen=True)
class Input:
    """One thing that a layer was made from.

    :param name: for people, `pip 25.2`; may be empty.
    :param digest: of everything that the input consists of, in hexadecimal digits.
    """

    name: str
    digest: str

    def to_json(self) -> dict[str, str]:
        """Return the input as a JSON object."""
        return {"name": self.name, "digest": self.digest}


Inputs = Mapping[str, Input]
"""What one layer was made from, by what it served as: `installer`, `interpreter`, `strata`, `wheels`, `files`."""


@dataclass(frozen=True)
class BuildInputs:
    """The build inputs of one image, or of the images for several platforms.

    :param images: the digests of the manifests, `sha256:HEX`.
    :param layers: the digest of each layer → its inputs.
    """

    images: tuple[str, ...]
    layers: Mapping[str, Inputs] = field(hash=False)

    @classmethod
    def of_all(cls, parts: Iterable[BuildInputs]) -> BuildInputs:
        """Return the build inputs of all the images together. A layer that several have is made from the same."""
        chosen = tuple(parts)
        images = tuple(image for part in chosen for image in part.images)
        return cls(images, {digest: inputs for part in chosen for digest, inputs in part.layers.items()})

    def to_bytes(self) -> bytes:
        """Return the file that `package` writes beside a layout, as canonical JSON."""
        layers = {
            digest: {name: item.to_json() for name, item in inputs.items()} for digest, inputs in self.layers.items()
        }
        fields: dict[str, Any] = {"version": VERSION, "layers": layers}
        if len(self.images) == 1:
            return canonical_json({**fields, "image": self.images[0]})
        return canonical_json({**fields, "images": list(self.images)})

    @classmethod
    def from_bytes(cls, content: bytes) -> Optional[BuildInputs]:
        """Return the build inputs; None for a file of another version or form.

        Without them, a comparison still tells what changed.
        """
        try:
            value: Any = parse(content)
        except NotJson:
            return None
        if any(_shape(value, "")):
            return None
        layers = {
            digest: {name: Input(item["name"], item["digest"]) for name, item in inputs.items()}
            for digest, inputs in value["layers"].items()
        }
        return cls(tuple(value.get("images", [value.get("image", "")])), layers)


def build_inputs_path(layout: str) -> str:
    """Return where the build inputs of a layout lie: beside its directory, in which nothing else may lie."""
    return f"{layout}.inputs.json"


def read_build_inputs(layout: Path) -> Optional[BuildInputs]:
    """Return the build inputs beside a layout; None where there is no such file, or none that can be read."""
    try:
        return BuildInputs.from_bytes(Path(build_inputs_path(str(layout))).read_bytes())
    except OSError:
        return None
