"""The layers of layouts that `package` wrote, by what they hold."""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.oci.readers import blob_path, manifest_of

DEPENDENCIES = "dependencies"
_CONTENTS = "vnd.strata.layer.contents"


@dataclass(frozen=True)
class Layer:
    """:param packages: name → version. :param size: in bytes, as the blob is."""

    digest: str
    kind: str
    packages: Mapping[str, str]
    size: int
    blob: Path


def layers(layout: Path) -> Sequence[Layer]:
    """Lowest first."""
    found = []
    for layer in manifest_of(layout)["layers"]:
        contents = json.loads(layer["annotations"][_CONTENTS])
        found.append(
            Layer(
                layer["digest"],
                contents["kind"],
                contents.get("packages", {}),
                layer["size"],
                blob_path(layout, layer["digest"]),
            )
        )
    return found


def dependencies(layout: Path) -> Sequence[Layer]:
    """The layers with packages from wheels."""
    return [layer for layer in layers(layout) if layer.kind == DEPENDENCIES]


def stored(layouts: Iterable[Path]) -> int:
    """Bytes that a registry keeps of them: each layer once."""
    return sum({layer.digest: layer.size for layout in layouts for layer in layers(layout)}.values())


def gzip_size(blob: Path) -> int:
    """Bytes of `gzip -6` of what a blob holds."""
    with tempfile.TemporaryFile() as output, gzip.open(blob) as tar:
        packer = subprocess.Popen(["gzip", "-6"], stdin=subprocess.PIPE, stdout=output)
        assert packer.stdin is not None
        with packer.stdin:
            for piece in iter(lambda: tar.read(1 << 20), b""):
                packer.stdin.write(piece)
        if packer.wait() != 0:
            raise RuntimeError(f"gzip ended with {packer.returncode}")
        return output.seek(0, 2)
