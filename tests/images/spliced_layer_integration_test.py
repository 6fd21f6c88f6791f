"""Layers of several gzip members, copied out of a zip archive, as others see them: all find the same files."""

from __future__ import annotations

import gzip
import hashlib
import json
import platform
import random
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, cast

import pytest

from strata.layouts.validate import validate
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, ZipMember, write_layer
from strata.oci.layout import layout_files
from strata.oci.platform import Platform
from support.oci.container import unpack
from support.oci.readers import (
    blob_path,
    config_of,
    digest_of,
    manifest_of,
    podman_pull,
    require_root,
    run,
    skopeo_copy,
)
from support.programs import require, require_files


def contents(busybox: Path) -> dict[str, bytes]:
    """Files on both sides of the size from which streams are copied, neighbours of each other, and a real program."""
    generator = random.Random(20)
    files = {"bin/busybox": busybox.read_bytes(), "empty": b"", "zeros": bytes(3 << 20)}
    for number, size in enumerate([1, 511, 512, 9000, 10_000, 100, 100_000, 100_001, 0, 700_000, 20]):
        files[f"data/{number}"] = generator.randbytes(size // 2).hex().encode()
        files[f"stored/{number}"] = generator.randbytes(size)
    return files


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return contents(Path(require("busybox", "busybox-static")))


@pytest.fixture
def layout(tmp_path: Path, files: dict[str, bytes]) -> Path:
    return write_layout(tmp_path, files, "gzip")


@pytest.fixture
def zstd_layout(tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    require_files(f"/usr/lib/{platform.machine()}-linux-gnu", "libzstd1")
    # The library is taken from beside the running Python, which is seldom the machine's own.
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    return write_layout(tmp_path, files, "zstd")


def write_layout(tmp_path: Path, files: dict[str, bytes], compression: Literal["gzip", "zstd"]) -> Path:
    archive = tmp_path / "files.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in files.items():
            writer.writestr(name, content, zipfile.ZIP_STORED if name.startswith("stored/") else None)
    with zipfile.ZipFile(archive) as reader:
        entries = [File(info.filename, ZipMember.find(archive, info), mode=0o755) for info in reader.infolist()]
    root = tmp_path / "layout"
    layer = write_layer(entries, blobs=root / "blobs/sha256", contents={"kind": "example"}, compression=compression)
    runtime = RuntimeConfig(entrypoint=("/bin/busybox",))
    image = Image.assemble(Platform("linux", "amd64"), [layer], runtime, annotations={})
    for path, content in layout_files([image]).items():
        (root / path).write_bytes(content)
    assert validate(root) == []
    return root


def check_tree(root: Path, files: dict[str, bytes]) -> None:
    found = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file() and not path.is_symlink()}
    # Podman and buildah put files of the host's into /etc when they mount.
    assert {name: found[name].read_bytes() for name in found if not name.startswith("etc/")} == files


def layer_blob(layout: Path) -> Path:
    return blob_path(layout, manifest_of(layout)["layers"][0]["digest"])


def test_layer_has_many_gzip_members(layout: Path) -> None:
    assert layer_blob(layout).read_bytes().count(b"\x1f\x8b\x08\0\0\0\0\0\0\xff") > 8


def test_gzip_of_python_and_tarfile(layout: Path, files: dict[str, bytes]) -> None:
    blob = gzip.open(layer_blob(layout))  # noqa: SIM115 (typed as no stream that tarfile takes)
    with blob, tarfile.open(fileobj=cast("IO[bytes]", blob), mode="r|") as archive:
        read = {member.name: archive.extractfile(member).read() for member in archive if member.isreg()}  # type: ignore[union-attr]
    assert read == files


def test_tar_and_gzip(layout: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    (tmp_path / "root").mkdir()
    run(require("tar", "tar"), "-xzf", str(layer_blob(layout)), "-C", str(tmp_path / "root"))
    check_tree(tmp_path / "root", files)


def test_skopeo_copies_and_unpacks_it(layout: Path, tmp_path: Path) -> None:
    skopeo_copy(layout, tmp_path / "copy")
    assert digest_of(tmp_path / "copy") == digest_of(layout)
    archive = gzip.decompress(layer_blob(layout).read_bytes())
    assert config_of(layout)["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(archive).hexdigest()}"]
    check_skopeo_unpacks(layout, tmp_path)


def check_skopeo_unpacks(layout: Path, tmp_path: Path) -> None:
    """Skopeo checks what it unpacks against the diff ids."""
    plain, policy = tmp_path / "plain", tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    skopeo = require("skopeo", "skopeo")
    run(skopeo, "--policy", str(policy), "copy", "--dest-decompress", f"oci:{layout}:latest", f"dir:{plain}")
    (layer,) = json.loads((plain / "manifest.json").read_bytes())["layers"]
    assert [layer["digest"]] == config_of(layout)["rootfs"]["diff_ids"]


def test_umoci_unpacks_it_and_runc_runs_it(layout: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    image = unpack(layout, tmp_path / "bundle")
    check_tree(image.rootfs, files)
    said = image.run("/bin/busybox", "sha256sum", *(f"/{name}" for name in files)).output
    assert said == "".join(f"{hashlib.sha256(content).hexdigest()}  /{name}\n" for name, content in files.items())


def test_podman_pulls_it(layout: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    with podman_pull(layout, tmp_path) as (_, mounted):
        check_tree(mounted, files)


@contextmanager
def buildah_mount(layout: Path, folder: Path) -> Iterator[Path]:
    """Where buildah mounts a container that it began from the image."""
    buildah = require("buildah", "buildah")
    require_root()
    policy = folder / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    with tempfile.TemporaryDirectory(prefix="strata-") as runroot:
        store = ["--storage-driver", "vfs", "--root", str(folder / "root"), "--runroot", runroot]
        container = run(buildah, *store, "from", "--signature-policy", str(policy), f"oci:{layout}:latest").split()[-1]
        try:
            yield Path(run(buildah, *store, "mount", container).strip())
        finally:
            run(buildah, *store, "umount", container)
            shutil.rmtree(folder / "root")


def test_buildah_begins_from_it(layout: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    with buildah_mount(layout, tmp_path) as mounted:
        check_tree(mounted, files)


# zstd, which umoci 0.4 does not read


def test_skopeo_unpacks_zstd(zstd_layout: Path, tmp_path: Path) -> None:
    assert manifest_of(zstd_layout)["layers"][0]["mediaType"] == "application/vnd.oci.image.layer.v1.tar+zstd"
    check_skopeo_unpacks(zstd_layout, tmp_path)


def test_podman_pulls_zstd(zstd_layout: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    with podman_pull(zstd_layout, tmp_path) as (_, mounted):
        check_tree(mounted, files)
