from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from strata.oci.docker import docker_files
from strata.oci.image_archive import run
from strata.oci.layout import archive_files
from strata.protocol.images.image_archive import Request
from support.oci.images import AMD64, Build

NAMES = ("registry.example/team/app:1", "registry.example/team/app:latest")


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def archived(name: str) -> tuple[bytes, list[tarfile.TarInfo]]:
    result = run(Request(Path("image"), name))
    content = Path("archive", name).read_bytes()
    assert result.size == len(content)
    return content, tarfile.open(fileobj=io.BytesIO(content)).getmembers()


def test_all_files_with_the_small_ones_first(sandbox: Path) -> None:
    files = {
        "blobs/sha256/b": os.urandom(3 << 20),
        "blobs/sha256/a": b"",
        "index.json": b"{}",
        "oci-layout": b"x" * 512,
    }
    for path, content in files.items():
        Path("image", path).parent.mkdir(parents=True, exist_ok=True)
        Path("image", path).write_bytes(content)
    content, members = archived("a.tar")
    assert [member.name for member in members] == [
        *("index.json", "oci-layout", "blobs", "blobs/sha256", "blobs/sha256/a", "blobs/sha256/b")
    ]
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        read = {member.name: archive.extractfile(member) for member in members if member.isfile()}
        assert {name: file.read() for name, file in read.items() if file} == files
    assert {(each.uid, each.gid, each.mtime, each.uname) for each in members} == {(0, 0, 315532800, "")}


def test_modes_and_times_of_the_files_take_no_part(sandbox: Path) -> None:
    digests = []
    for mode in (0o600, 0o755):
        Path("image").mkdir(exist_ok=True)
        Path("image/index.json").write_bytes(b"{}")
        Path("image/index.json").chmod(mode)
        os.utime("image/index.json", (mode, mode))
        digests.append(hashlib.sha256(archived("a.tar")[0]).hexdigest())
        Path("archive/a.tar").unlink()
        Path("archive").rmdir()
    assert digests[0] == digests[1]


def test_what_docker_reads(sandbox: Path) -> None:
    image = Build().write(sandbox / "layout")
    files = docker_files(image, NAMES)
    (entry,) = json.loads(files["manifest.json"])
    assert entry == {
        "Config": image.config_descriptor.blob_path,
        "RepoTags": list(NAMES),
        "Layers": [layer.descriptor.blob_path for layer in image.layers],
    }
    assert files[entry["Config"]] == image.config
    assert image.platform == AMD64


def test_the_layout_in_an_archive_has_the_name_that_it_is_loaded_as(sandbox: Path) -> None:
    image = Build().write(sandbox / "layout")
    (root,) = json.loads(archive_files([image], NAMES[0])["index.json"])["manifests"]
    assert root["digest"] == image.manifest_descriptor.digest
    assert root["annotations"] == {
        "io.containerd.image.name": "registry.example/team/app:1",
        "org.opencontainers.image.ref.name": "1",
    }
