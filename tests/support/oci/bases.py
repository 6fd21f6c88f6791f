"""Images in a registry for others to stand on, as a company has them: their layers are some of this repository's."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from strata.bases.fetch import read_base
from strata.bases.findings import combine
from strata.bases.inspect_layer import inspect_layer
from strata.bases.lock import BaseLock, LockedBase, base_lock_text
from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Entry, Layer, write_layer
from strata.oci.platform import Platform
from strata.protocol.bases import fetch_base
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
from support.oci.images import AMD64, write_layout
from support.oci.readers import blob_path, manifest_of

RUNTIME = RuntimeConfig(
    entrypoint=("/bin/company",),
    cmd=("serve",),
    env={"COMPANY": "example", "PATH": "/company/bin:/usr/bin:/bin", "PYTHONPATH": "/company"},
    user="1000:1000",
    working_dir="/company",
    labels={"team": "bases", "vendor": "example"},
    exposed_ports=("9000/tcp",),
    stop_signal="SIGQUIT",
    volumes=("/company/data",),
)


def layer_of_artifact(layout: Path, blobs: Path, architecture: str = "amd64") -> Layer:
    """The one layer of a layout that `package` wrote for an artifact, its blob copied to `blobs`."""
    (fields,) = manifest_of(layout, architecture)["layers"]
    descriptor = Descriptor(fields["mediaType"], fields["digest"], fields["size"])
    source = blob_path(layout, descriptor.digest)
    blobs.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, blobs / source.name)
    diff_id = hashlib.sha256(gzip.decompress(source.read_bytes())).hexdigest()
    return Layer(descriptor, f"sha256:{diff_id}", {"kind": "company"})


def file_in_layer(layer: Layer, blobs: Path, path: str) -> bytes:
    with tarfile.open(blobs / layer.descriptor.digest.partition(":")[2]) as archive:
        member = archive.extractfile(path)
        assert member
        return member.read()


def new_layer(blobs: Path, *entries: Entry) -> Layer:
    return write_layer(entries, blobs=blobs, contents={"kind": "company"})


def push_base(
    root: Path,
    reference: str,
    layers: Mapping[Platform, Sequence[Layer]],
) -> str:
    """Pushes an image whose blobs lie in `root` already, as an index where there are several platforms; its digest."""
    images = [Image.assemble(platform, each, RUNTIME, annotations={}) for platform, each in layers.items()]
    parsed = Reference.parse(reference)
    write_layout(root, images, tag=parsed.tag)
    layout = Layout.open(root)
    (descriptor,) = layout.roots(parsed.tag)
    push(layout, descriptor, Provider(parsed, actions="pull,push", environment={}), tags=[parsed.tag])
    return descriptor.digest


def lock_elsewhere(root: Path, reference: str, digest: str, platforms: Sequence[Platform] = (AMD64,)) -> str:
    """The text of the lock of the image in a layout, as a machine makes it that is not this one."""
    layout = Layout.open(root)
    locked = {}
    for platform in map(str, platforms):
        image = read_base(layout, layout.roots()[0], fetch_base.Request(reference=reference, platform=platform))
        found = []
        for layer in image.layers:
            with (root / Descriptor("", layer.digest, 0).blob_path).open("rb") as blob:
                found.append(inspect_layer(blob))
        locked[platform] = LockedBase(image.manifest, image.layers, combine(found, image.runtime.env))
    return base_lock_text(BaseLock(reference, digest, locked))
