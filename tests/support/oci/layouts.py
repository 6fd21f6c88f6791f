"""A small layout for tests, and ways to write it with one thing changed and all digests right again."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

from strata.oci.background import Background
from strata.oci.blob_writer import GzipWriter
from strata.oci.descriptor import CONFIG, INDEX, LAYER_GZIP, MANIFEST, Descriptor
from strata.oci.documents import canonical_json
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Directory, File, Symlink, write_layer
from strata.oci.platform import Platform

Change = Callable[[Any], Any]


@dataclass(frozen=True)
class ExampleLayout:
    """The directory, and the paths of its blobs within."""

    root: Path
    manifest: str
    config: str
    layers: tuple[str, ...]


def unchanged(value: Any) -> Any:
    return value


def write_example(
    root: Path,
    *,
    blobs: Optional[Sequence[bytes]] = None,
    config: Change = unchanged,
    manifest: Change = unchanged,
    index: Change = unchanged,
    encode: Callable[[Any], bytes] = canonical_json,
) -> ExampleLayout:
    """Writes an image of two layers, or of `blobs`. The changes get the JSON values and return what to write.

    Whatever names something that was changed by an earlier step names it as it is now.
    """
    directory = root / "blobs" / "sha256"
    directory.mkdir(parents=True)
    if blobs is None:
        layers = [
            write_layer(
                [File("usr/bin/tool", b"tool", mode=0o755), Symlink("bin", "usr/bin")],
                blobs=directory,
                contents={"kind": "os-packages"},
            ),
            write_layer(
                [File("app/main.py", b"1\n"), Directory("tmp", 0o1777)], blobs=directory, contents={"kind": "app"}
            ),
        ]
        image = Image.assemble(Platform("linux", "amd64"), layers, RuntimeConfig(user="65532"), annotations={})
        config_value, manifest_value = json.loads(image.config), json.loads(image.manifest)
    else:
        descriptors = [_add(root, LAYER_GZIP, blob) for blob in blobs]
        config_value = {
            "architecture": "amd64",
            "os": "linux",
            "created": "1980-01-01T00:00:00Z",
            "rootfs": {"type": "layers", "diff_ids": [_diff_id(blob) for blob in blobs]},
        }
        manifest_value = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "layers": [descriptor.to_json() for descriptor in descriptors],
        }

    config_descriptor = _add(root, CONFIG, encode(config(config_value)))
    manifest_value["config"] = config_descriptor.to_json()
    manifest_descriptor = _add(root, MANIFEST, encode(manifest(manifest_value)))
    named = {**manifest_descriptor.to_json(), "platform": {"os": "linux", "architecture": "amd64"}}
    index_value = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [named]}
    (root / "index.json").write_bytes(encode(index(index_value)))
    (root / "oci-layout").write_bytes(canonical_json({"imageLayoutVersion": "1.0.0"}))
    return ExampleLayout(
        root,
        manifest_descriptor.blob_path,
        config_descriptor.blob_path,
        tuple(f"blobs/{layer['digest'].replace(':', '/')}" for layer in manifest_value["layers"]),
    )


def compressed(tar: bytes) -> bytes:
    """Gzip as this library writes it."""
    output = io.BytesIO()
    with Background() as background:
        writer = GzipWriter(output, background)
        writer.write(tar)
        writer.finish()
    return output.getvalue()


def tar_with(*members: tarfile.TarInfo, fixed_time: bool = True) -> bytes:
    """A tar archive that may hold what no layer of ours would."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            if fixed_time:
                member.mtime = 315532800
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return output.getvalue()


def _add(root: Path, media_type: str, content: bytes) -> Descriptor:
    descriptor = Descriptor.of(media_type, content)
    (root / descriptor.blob_path).write_bytes(content)
    return descriptor


def _diff_id(blob: bytes) -> str:
    """Of damaged blobs any digest will do."""
    try:
        return f"sha256:{hashlib.sha256(gzip.decompress(blob)).hexdigest()}"
    except (OSError, EOFError, zlib.error):
        return f"sha256:{'0' * 64}"
