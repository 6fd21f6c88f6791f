"""Archives of images, and what podman and skopeo make of them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from gzip import decompress
from pathlib import Path

import pytest

from strata.oci.descriptor import LAYER_ZSTD, Descriptor
from strata.oci.docker import docker_files
from strata.oci.image import Image, RuntimeConfig
from strata.oci.image_archive import run as write_archive
from strata.oci.layer import File, Layer, write_layer
from strata.oci.layout import archive_files
from strata.oci.platform import Platform
from strata.protocol.images.image_archive import Request
from support.oci.podman import inspected, podman
from support.oci.readers import run
from support.programs import require

PLATFORMS = [Platform("linux", "amd64"), Platform("linux", "arm64")]
NAME = "registry.example/team/app:1"


def layer(kind: str) -> Layer:
    """A layer of one file, whose blob lies below `image/`."""
    blobs = Path("image/blobs/sha256")
    entries, contents = [File("etc/greeting", b"hello " * 5000)], {"kind": "app"}
    if kind == "gzip":
        return write_layer(entries, blobs=blobs, contents=contents)
    # The Python of a test may have no zstd.
    gzip = write_layer(entries, blobs=Path("gzip"), contents=contents)
    command = [require("zstd", "zstd"), "-c"]
    blob = subprocess.run(
        command,
        input=decompress(Path("gzip", gzip.descriptor.blob_path.rpartition("/")[2]).read_bytes()),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    descriptor = Descriptor.of(LAYER_ZSTD, blob)
    blobs.mkdir(parents=True)
    Path("image", descriptor.blob_path).write_bytes(blob)
    return replace(gzip, descriptor=descriptor)


def images(kind: str, count: int = 1) -> list[Image]:
    """Images over one layer."""
    layers, config = [layer(kind)], RuntimeConfig(("/bin/app",))
    return [Image.assemble(platform, layers, config, annotations={}) for platform in PLATFORMS[:count]]


def archive(files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        Path("image", path).parent.mkdir(parents=True, exist_ok=True)
        Path("image", path).write_bytes(content)
    write_archive(Request(Path("image"), "image.tar"))
    return Path("archive/image.tar").absolute()


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_docker(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (image,) = images(kind)
    names = sorted([NAME, "localhost/team/app:latest"])
    written = archive(docker_files(image, names))
    assert inspected("docker-archive", written)["Architecture"] == "amd64"
    with podman(tmp_path) as store:
        assert store.load(written) == names
        (told,) = json.loads(store("image", "inspect", NAME))
    assert f"sha256:{told['Id']}" == image.config_descriptor.digest
    assert told["RootFS"]["Layers"] == [layer.diff_id for layer in image.layers]


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_oci(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (image,) = images(kind)
    written = archive(archive_files([image], NAME))
    assert inspected("oci-archive", written)["Digest"] == image.manifest_descriptor.digest
    with podman(tmp_path) as store:
        assert store.load(written) == [NAME]
        (told,) = json.loads(store("image", "inspect", NAME))
    assert told["Digest"] == image.manifest_descriptor.digest


def test_oci_with_two_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    amd64, arm64 = images("gzip", count=2)
    written = archive(archive_files([amd64, arm64], NAME))
    skopeo = require("skopeo", "skopeo")
    for image in (amd64, arm64):
        chosen = [f"--override-arch={image.platform.architecture}", "inspect", "--config", f"oci-archive:{written}"]
        assert json.loads(run(skopeo, *chosen))["architecture"] == image.platform.architecture
    with podman(tmp_path) as store:
        assert store.load(written) == [NAME]
