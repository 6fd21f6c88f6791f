"""Layouts as others see them: the schemas of the image specification, skopeo, umoci and podman."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import jsonschema
import pytest

from strata.layouts.validate import validate
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Directory, Entry, File, Layer, Symlink, write_layer
from strata.oci.layout import artifact_layout_files, layout_files
from strata.oci.platform import Platform
from support.oci.readers import (
    blob,
    check_artifact_schemas,
    check_image_schemas,
    check_schema,
    digest_of,
    podman_pull,
    skopeo_copy,
    skopeo_inspect,
    umoci_unpack,
)

LONG = "/".join(["d" * 60] * 5)
RUNTIME = RuntimeConfig(
    entrypoint=("/usr/bin/tool", "--serve"),
    env={"PATH": "/usr/bin", "GREETING": "grüß Gott"},
    user="65532",
    working_dir="/app",
    labels={"team": "web"},
    exposed_ports=("8000/tcp",),
    stop_signal="SIGINT",
)


def layers(root: Path) -> list[Layer]:
    blobs = root / "blobs" / "sha256"
    base: list[Entry] = [
        File("usr/bin/tool", b"\x7fELF" * 100_000, mode=0o755),
        Symlink("bin", "usr/bin"),
        Directory("tmp", mode=0o1777),
        Directory("home/nonroot", mode=0o700, uid=65532, gid=65532),
    ]
    app = [File("app/Ünïcödé\nname", b"1\n"), File(f"app/{LONG}", b"2\n"), File("app/big-id", b"", uid=3_000_000)]
    return [
        write_layer(base, blobs=blobs, contents={"kind": "os-packages"}),
        write_layer(app, blobs=blobs, contents={"kind": "app"}),
    ]


def write(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).write_bytes(content)
    assert validate(root) == []
    return root


def image_layout(root: Path, *architectures: str) -> Path:
    parts = layers(root)
    images = [
        Image.assemble(Platform("linux", each), parts, RUNTIME, annotations={"origin": "test"})
        for each in architectures
    ]
    return write(root, layout_files(images))


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    (tmp_path / "layout").mkdir()
    return image_layout(tmp_path / "layout", "amd64")


# Schemas


def test_documents_of_an_image_match_the_schemas(layout: Path) -> None:
    check_image_schemas(layout)


def test_documents_of_several_platforms_match_the_schemas(tmp_path: Path) -> None:
    layout = image_layout(tmp_path, "amd64", "arm64")
    check_schema("image-index-schema.json", json.loads((layout / "index.json").read_bytes()))
    check_schema("image-index-schema.json", blob(layout, digest_of(layout)))


def test_documents_of_an_artifact_match_the_schemas(tmp_path: Path) -> None:
    layout = write(tmp_path, artifact_layout_files({None: layers(tmp_path)}, kind="example", annotations={}))
    check_artifact_schemas(layout)


def test_schemas_are_really_asked() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_schema("image-index-schema.json", {"schemaVersion": 2, "manifests": [{"digest": "x"}]})


# Programs


def test_skopeo_reads_the_image(layout: Path) -> None:
    told = skopeo_inspect(layout)
    assert told["Digest"] == digest_of(layout)
    assert told["Labels"] == {"team": "web"}
    assert told["Env"] == ["GREETING=grüß Gott", "PATH=/usr/bin"]
    assert (told["Os"], told["Architecture"], told["Created"]) == ("linux", "amd64", "1980-01-01T00:00:00Z")


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_skopeo_chooses_the_platform(tmp_path: Path, architecture: str) -> None:
    layout = image_layout(tmp_path, "amd64", "arm64")
    assert skopeo_inspect(layout, "--override-arch", architecture)["Architecture"] == architecture


def test_skopeo_copies_the_image_without_a_change(layout: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    skopeo_copy(layout, copy)
    assert digest_of(copy) == digest_of(layout)


def check_tree(root: Path) -> None:
    def status(path: str) -> tuple[str, int, int]:
        found = os.lstat(root / path)
        return stat.filemode(found.st_mode), found.st_uid, int(found.st_mtime)

    time = 315532800
    assert status("usr/bin/tool") == ("-rwxr-xr-x", 0, time)
    assert status("bin") == ("lrwxrwxrwx", 0, time)
    assert status("tmp") == ("drwxrwxrwt", 0, time)
    assert status("home/nonroot") == ("drwx------", 65532, time)
    assert status("app/Ünïcödé\nname") == ("-rw-r--r--", 0, time)
    assert status("app/big-id")[1] == 3_000_000
    assert (root / "app" / LONG).read_bytes() == b"2\n"
    assert (root / "usr/bin/tool").stat().st_size == 400_000


def test_umoci_unpacks_the_image(layout: Path, tmp_path: Path) -> None:
    spec = umoci_unpack(layout, tmp_path / "bundle")
    check_tree(tmp_path / "bundle" / "rootfs")
    assert spec["process"]["args"] == ["/usr/bin/tool", "--serve"]
    assert spec["process"]["cwd"] == "/app"
    assert spec["process"]["user"]["uid"] == 65532


def test_podman_pulls_the_image(layout: Path, tmp_path: Path) -> None:
    with podman_pull(layout, tmp_path) as (told, mounted):
        assert told["Digest"] == digest_of(layout)
        assert told["Config"]["User"] == "65532"
        check_tree(mounted)
