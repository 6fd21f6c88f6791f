"""The build record: what each layer of an image was made from. `package` writes it beside the layout.

It stands outside the image, because it names what must not decide the image's bytes: the version of the installer, for
instance. With the records of two builds a comparison can say that a layer was rebuilt, and came out the same.

    {"version": 1, "image": DIGEST, "layers": {DIGEST: {INPUT: {"name": "pip 25.2", "digest": HEX}}}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from strata.diff.cause import Cause, Subject
from strata.oci.canonical import canonical_json
from strata.oci.shape import NotJson, exactly, map_of, parse, record, text

VERSION = 1
_shape = record(
    {"version": exactly(VERSION), "image": text, "layers": map_of(map_of(record({"name": text, "digest": text})))}
)
_NOUNS = {"strata": "the code of Strata", "files": "other input files"}
_VERBS = {"installer": "installed by ", "interpreter": "made on "}


@dataclass(frozen=True)
class Input:
    """`name` is for people and may be empty; `digest` is of all that the input consists of."""

    name: str
    digest: str

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "digest": self.digest}


Inputs = Mapping[str, Input]
"""What one layer was made from, by what it served as: `installer`, `interpreter`, `strata`, `wheels`, `files`."""


@dataclass(frozen=True)
class BuildRecord:
    """`layers` maps the digest of each layer to its inputs, `image` is the digest of the manifest."""

    image: str
    layers: Mapping[str, Inputs] = field(hash=False)

    def to_bytes(self) -> bytes:
        layers = {
            digest: {name: item.to_json() for name, item in inputs.items()} for digest, inputs in self.layers.items()
        }
        return canonical_json({"version": VERSION, "image": self.image, "layers": layers})

    @classmethod
    def from_bytes(cls, content: bytes) -> Optional[BuildRecord]:
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


def record_path(layout: str) -> str:
    """Where the record of a layout directory lies: beside it, as nothing else may lie in it."""
    return f"{layout}.inputs.json"


def read_record(layout: Path) -> Optional[BuildRecord]:
    try:
        return BuildRecord.from_bytes(Path(record_path(str(layout))).read_bytes())
    except OSError:
        return None


def input_causes(before: Inputs, after: Inputs, *, named_only: bool = False) -> Iterator[Cause]:
    """`installed by pip 25.2 → 25.3`, or `the code of Strata changed` where no names tell the two apart.

    :param named_only: leaves the latter out.
    """
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    # Among the files is the request, which names the other inputs and changes with them.
    for name in changed if changed == ["files"] else [name for name in changed if name != "files"]:
        old, new = before.get(name, Input("", "")), after.get(name, Input("", ""))
        if old.name and new.name and old.name != new.name:
            text = f"{_VERBS.get(name, '')}{_arrow(old.name, new.name)}"
            yield Cause(Subject.INPUT, name, old.name, new.name, text)
        elif not named_only:
            text = f"{_NOUNS.get(name, name)} changed"
            yield Cause(Subject.INPUT, name, old.digest or None, new.digest or None, text)


def _arrow(old: str, new: str) -> str:
    """`pip 25.2 → 25.3`, `pip 25.2 → uv 0.9.7`."""
    tool, _, version = new.rpartition(" ")
    return f"{old} → {version if tool and old.startswith(tool + ' ') else new}"
