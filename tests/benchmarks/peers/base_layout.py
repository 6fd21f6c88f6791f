"""The image that peers start from: the lowest layers of one of ours, as a layout."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.oci.examples import layer_digests
from support.oci.readers import blob_path, config_of, manifest_of


def write_base(image: Path, of: list[Path], output: Path) -> None:
    """:param of: the layouts whose layers are taken from the image."""
    taken = {digest for layout in of for digest in layer_digests(layout)}
    manifest, config = manifest_of(image), config_of(image)
    kept = [index for index, layer in enumerate(manifest["layers"]) if layer["digest"] in taken]
    (output / "blobs" / "sha256").mkdir(parents=True)
    layers = [manifest["layers"][index] for index in kept]
    for layer in layers:
        shutil.copy(blob_path(image, layer["digest"]), blob_path(output, layer["digest"]))
    written = {
        **{name: config[name] for name in ("architecture", "os")},
        "config": {"Env": ["PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]},
        "history": [{"created_by": "strata"} for _ in kept],
        "rootfs": {"type": "layers", "diff_ids": [config["rootfs"]["diff_ids"][index] for index in kept]},
    }
    described = _write(output, written, manifest["config"]["mediaType"])
    image_manifest = {**manifest, "config": described, "layers": layers, "annotations": {}}
    entry = {
        **_write(output, image_manifest, "application/vnd.oci.image.manifest.v1+json"),
        "annotations": {"org.opencontainers.image.ref.name": "latest"},
    }
    (output / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (output / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def _write(layout: Path, document: Mapping[str, Any], media_type: str) -> Mapping[str, Any]:
    """A blob's descriptor."""
    text = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
    blob_path(layout, digest).write_bytes(text)
    return {"mediaType": media_type, "digest": digest, "size": len(text)}
