"""The build record: what each layer of an image was made from. `package` writes it beside the layout.

It stands outside the image, because it names what must not decide the image's bytes: the version of the installer, for
instance. With the records of two builds a comparison can say that a layer was rebuilt, and came out the same.

    {"version": 1, "image": DIGEST, "layers": {DIGEST: {INPUT: {"name": "pip 25.2", "digest": HEX}}}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import exactly, map_of, struct, text

VERSION = 1
_shape = struct(
    {"version": exactly(VERSION), "image": text, "layers": map_of(map_of(struct({"name": text, "digest": text})))}
)


@dataclass(frozen=True)
class Input:
    """`name` is for people and may be empty; `digest` is of all that the input consists of."""

    name: str
    digest: str

    def to_json(self) -> dict[str, str]:
        """Return the input as a JSON object."""
        return {"name": self.name, "digest": self.digest}


Inputs = Mapping[str, Input]
"""What one layer was made from, by what it served as: `installer`, `interpreter`, `strata`, `wheels`, `files`."""


@dataclass(frozen=True)
class BuildInputs:
    """`layers` maps the digest of each layer to its inputs, `image` is the digest of the manifest."""

    image: str
    layers: Mapping[str, Inputs] = field(hash=False)

    def to_bytes(self) -> bytes:
        """Return the file that `package` writes beside a layout, as canonical JSON."""
        layers = {
            digest: {name: item.to_json() for name, item in inputs.items()} for digest, inputs in self.layers.items()
        }
        return canonical_json({"version": VERSION, "image": self.image, "layers": layers})

    @classmethod
    def from_bytes(cls, content: bytes) -> Optional[BuildInputs]:
        """None for what is no record of this version: without it, a comparison still tells what changed."""
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
        return cls(value["image"], layers)


def build_inputs_path(layout: str) -> str:
    """Where the record of a layout directory lies: beside it, as nothing else may lie in it."""
    return f"{layout}.inputs.json"


def read_build_inputs(layout: Path) -> Optional[BuildInputs]:
    """Return the build inputs beside a layout; None where there is no such file, or none that can be read."""
    try:
        return BuildInputs.from_bytes(Path(build_inputs_path(str(layout))).read_bytes())
    except OSError:
        return None
