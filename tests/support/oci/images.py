"""Layouts for tests: two builds of one image, as a team would meet them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Optional

from strata.attest.build_inputs import BuildInputs, Input, build_inputs_path
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Entry, File, Layer, write_layer
from strata.oci.layout import layout_files
from strata.oci.platform import Platform

AMD64 = Platform("linux", "amd64")


@dataclass(frozen=True)
class Build:
    """What decides an image. The contents of each layer's only file stand for all of its bytes."""

    openssl: str = "3.5.6"
    cpython: str = "3.13.5"
    packages: Mapping[str, str] = field(default_factory=lambda: {"click": "8.2.1", "numpy": "2.1.0"})
    app: Mapping[str, str] = field(default_factory=lambda: {"main.py": "1", "lib/a.py": "1"})
    installer: str = "pip 25.2"
    #: In the app's layer, which says nothing of it.
    extra: str = ""
    runtime: RuntimeConfig = field(default_factory=lambda: RuntimeConfig(("python", "-m", "main"), user="65532"))

    def write(self, root: Path, *, build_inputs: bool = True) -> Image:
        blobs = root / "blobs" / "sha256"
        layers = [
            layer(blobs, {"kind": "os-packages", "packages": {"base-files": "13", "libssl3t64": self.openssl}}),
            layer(blobs, {"kind": "interpreter", "version": self.cpython, "packages": {"python3.13": self.cpython}}),
            layer(blobs, {"kind": "dependencies", "python": "3.13", "packages": dict(self.packages)}),
            layer(blobs, {"kind": "app", "files": dict(self.app)}, extra=self.extra),
        ]
        image = Image.assemble(AMD64, layers, self.runtime, annotations={})
        write_layout(root, [image])
        if build_inputs:
            inputs = {each.descriptor.digest: self._inputs(each) for each in layers}
            Path(build_inputs_path(str(root))).write_bytes(
                BuildInputs((image.manifest_descriptor.digest,), inputs).to_bytes()
            )
        return image

    def _inputs(self, layer: Layer) -> Mapping[str, Input]:
        inputs = {
            "interpreter": Input(f"CPython {self.cpython}", f"tree {self.cpython}"),
            "strata": Input("", "1"),
            "files": Input("", str(layer.contents)),
        }
        if layer.contents["kind"] == "dependencies":
            inputs["installer"] = Input(self.installer, f"wheel {self.installer}")
        return inputs


def layer(
    blobs: Path, contents: Mapping[str, Any], entries: Optional[Sequence[Entry]] = None, *, extra: str = ""
) -> Layer:
    """Write a layer that describes itself; without entries its bytes follow from what it says.

    Then its size is not the blob's, which depends on the version of zlib.
    """
    looked_into = entries is not None or bool(extra)
    if entries is None:
        entries = [File("etc/contents", str(contents).encode())]
    if extra:
        entries = [*entries, File("etc/extra", extra.encode())]
    written = write_layer(entries, blobs=blobs, contents=contents)
    if looked_into:
        return written
    return replace(written, descriptor=replace(written.descriptor, size=100 + len(str(contents))))


def undescribed(layer: Layer) -> Layer:
    """As another builder would have made it."""
    return replace(layer, contents={"kind": 5})


def write_layout(root: Path, images: Sequence[Image], *, tag: str = "latest") -> None:
    for path, content in layout_files(images, tag=tag).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
